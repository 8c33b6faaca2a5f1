//! The scenarios that come with the program, inside the binary.
//!
//! Comes in: the files of `scenarios/`. Goes out: their texts by name. They are read like any other file: see `scenario`.

macro_rules! scenarios {
    ($($name:literal)*) => {
        /// Name and text of every shipped scenario, the one to start with first.
        pub const SHIPPED: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../../scenarios/", $name, ".toml")))),*];
    };
}

scenarios! {
    "targeted-vs-spray"
    "how-often"
    "filter-your-list"
    "imported-8000"
    "theme"
    "same-vs-rotated"
    "spacing"
    "rule-721"
    "answering"
    "privacy"
    "overposting"
    "taboos"
    "workshop"
    "launch-test"
}

macro_rules! designs {
    ($($name:literal)*) => {
        /// Name and text of every calibration design: one plan, `design`, to one audience, `people`, under which the article's
        /// figures are compared with the simulator's.
        pub const DESIGNS: &[(&str, &str)] =
            &[$((concat!("designs/", $name), include_str!(concat!("../../../../scenarios/designs/", $name, ".toml")))),*];
    };
}

designs! {
    "spray"
    "target"
    "c8000"
    "offtopic"
    "gz_in"
    "gz_off"
    "rot5"
    "same5"
    "hz"
    "convB"
    "convA"
    "r721"
    "hard3"
    "silent"
    "avg"
    "slowA"
    "fastB"
    "sz17"
    "sz17L"
    "privA"
    "privB"
    "overcap"
    "moms"
    "indonesia"
    "halfloss"
}

macro_rules! patterns {
    ($($name:literal)*) => {
        /// Name and text of the scenario of every pattern of field studies that the simulator is tested against.
        pub const PATTERNS: &[(&str, &str)] =
            &[$((concat!("patterns/", $name), include_str!(concat!("../../../../scenarios/patterns/", $name, ".toml")))),*];
    };
}

patterns! {
    "p1-saturation"
    "p2-optimum"
    "p3-reversal"
    "p4-bunching"
    "p5-spreading"
    "p6-complaints"
    "p7-reminder"
    "p8-mature-list"
    "p9-rotation"
    "p10-weary-minority"
}

macro_rules! findings {
    ($($name:literal)*) => {
        /// Name and text of every scenario on which a finding of a field study is checked on its own.
        pub const FINDINGS: &[(&str, &str)] =
            &[$((concat!("findings/", $name), include_str!(concat!("../../../../scenarios/findings/", $name, ".toml")))),*];
    };
}

findings! {
    "clicks-by-volume"
    "quarter"
    "app-push"
    "pulsing"
    "relevance"
    "reply-speed"
    "fresh-contents"
    "weak-exposure"
    "cold-list"
    "segments"
}

/// Name and text of every shipped file of contents, which `wearout ab rotate` reads.
pub const CONTENTS: &[(&str, &str)] = &[
    ("contents/spring", include_str!("../../../../scenarios/contents/spring.toml")),
    ("contents/five-texts-ten-images", include_str!("../../../../scenarios/contents/five-texts-ten-images.toml")),
];

/// The text of the shipped scenario, design, pattern or file of contents of that name.
pub fn shipped(name: &str) -> Option<&'static str> {
    SHIPPED
        .iter()
        .chain(DESIGNS)
        .chain(PATTERNS)
        .chain(FINDINGS)
        .chain(CONTENTS)
        .find(|(shipped, _)| *shipped == name)
        .map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_opens_with_its_question_in_a_comment() {
        for (name, text) in SHIPPED.iter().chain(PATTERNS).chain(FINDINGS) {
            let opening: String = text.lines().take_while(|line| line.starts_with('#')).collect();
            assert!(opening.contains('?'), "{name}");
            let document: toml::Table = text.parse().unwrap();
            assert!(document["question"].as_str().is_some_and(|question| question.ends_with('?')), "{name}");
        }
    }

    #[test]
    fn each_line_of_the_workshop_can_be_taken_into_use() {
        let text = shipped("workshop").unwrap();
        let changes = text.lines().filter(|line| line.starts_with("# ") && line.contains(" = "));
        assert_eq!(changes.clone().count(), 8);
        for change in changes {
            let changed = text.replace(change, &change[2..]);
            let document: toml::Table = changed.parse().unwrap();
            assert_eq!(document["plan"]["yours"].as_table().unwrap().len(), 2, "{change}");
        }
    }
}
