//! Scenarios in which one mechanism of the model acts alone, on people without any other, and one in which all act together.
//!
//! Comes in: a size of the club. Goes out: the draft and the experiment, with the mechanism and without it. What must hold of
//! them is not here: see the tests that run them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use wearout_core::diagnostic::Source;
use wearout_core::parameter;
use wearout_core::plan::{Experiment, compile_under};
use wearout_core::platform::{self, Profile};
use wearout_core::scenario::{Draft, parse};
use wearout_core::units::Trigger;

use super::experiment::SEED;

/// Nobody quits, asks, clicks, reacts, tires, wears out or changes its mind.
const QUIET: &str = "
irritation_base = -80.0
distrust_base = -80.0
over_patience_hazard = 0.0
leak_exit = 0.0
privacy_hazard = 0.0
privacy_trust_cut = 0.0
question_rate = 0.0
read_per_fatigue = 0.0
irritation_per_fatigue = 0.0
irritation_slope = 0.0
click_given_read = 0.0
purchase_given_click = 0.0
interaction_base = -80.0
interaction_slope = 0.0
wear_elasticity = 0.0
trust_drift = 0.0
outcome_per_trust = 0.0
recommend_per_trust = 0.0
voice_per_trust = 0.0
trust_protection = 0.0
read_per_expectation = 0.0
";

/// One mechanism, and where it shows.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Keys of the club; another audience may be as large as `SIZE`.
    club: &'static str,
    also: &'static str,
    /// Parameters without which the mechanism is off.
    on: &'static str,
    /// Parameters that it needs to be seen and that are no part of it.
    with: &'static str,
    /// Its switch, where it has one.
    switch: &'static str,
    plan: &'static str,
    /// The plan without the mechanism, where that is a matter of the plan.
    plan_off: Option<&'static str>,
    /// Counts that it moves.
    pub(crate) shows: &'static [&'static str],
}

impl Case {
    /// The scenario of a club of that size, and what it compiles to.
    pub(crate) fn compiled(&self, size: u32) -> (Draft, Experiment) {
        compiled_as(self.name, &self.written(size, self.on, self.switch, self.plan))
    }

    /// The same without the mechanism.
    pub(crate) fn compiled_without(&self, size: u32) -> (Draft, Experiment) {
        let text = match self.plan_off {
            Some(plan) => self.written(size, self.on, self.switch, plan),
            None if self.switch.is_empty() => self.written(size, "", "", self.plan),
            None => self.written(size, self.on, "", self.plan),
        };
        compiled_as(self.name, &text)
    }

    /// The same with one parameter set anew.
    pub(crate) fn compiled_with(&self, size: u32, parameter: &str, value: f64) -> (Draft, Experiment) {
        let on = format!("{}\n{parameter} = {value:?}", self.on);
        compiled_as(self.name, &self.written(size, &on, self.switch, self.plan))
    }

    fn written(&self, size: u32, on: &str, switch: &str, plan: &str) -> String {
        format!(
            "days = 12\nplatform = \"none\"\n[behaviour]\n{}\n[switch]\n{switch}\n[audience.club]\n{}\n{}\n[plan.one]\n{plan}\n",
            merged(&[QUIET, self.with, on]),
            merged(&[&format!("size = {size}\nfit_spread = 0.0"), self.club]),
            self.also.replace("SIZE", &size.to_string()),
        )
    }
}

/// Later values of a key replace earlier ones.
fn merged(texts: &[&str]) -> String {
    let lines = texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.split_once('='));
    let keys: BTreeMap<&str, &str> = lines.map(|(key, value)| (key.trim(), value.trim())).collect();
    keys.into_iter().map(|(key, value)| [key, " = ", value, "\n"].concat()).collect()
}

/// The draft and experiment of a text; the case of that name may want a platform of its own.
pub(crate) fn compiled_as(name: &str, text: &str) -> (Draft, Experiment) {
    let draft = parse("case", Source { name: "case.toml".into(), text: text.into() }, &[]);
    // Of the mechanisms that go with parameters, only those that the case names.
    let plain = parameter::find_fit("article-only").expect("a shipped fit").parameters();
    let mut experiment =
        compile_under(&draft, SEED, &plain, &[]).unwrap_or_else(|faults| panic!("{name}: {faults}\n{text}"));
    match name {
        "long delays" => experiment.profile = Cow::Borrowed(&*LATE),
        "reports are pooled" => experiment.profile = counting(Trigger::Pooled),
        "reports are carried" => experiment.profile = counting(Trigger::Carried),
        "a platform that delivers less" | "limits earned by reports" => {
            experiment.profile = Cow::Borrowed(platform::find("reference").expect("shipped"));
        }
        _ => {}
    }
    (draft, experiment)
}

/// A platform that counts reports and does nothing else.
fn counting(trigger: Trigger) -> Cow<'static, Profile> {
    let mut profile = platform::find("reference").expect("shipped").clone();
    profile.rules.reports.as_mut().expect("it has the rule").trigger = trigger;
    (profile.rules.relevance, profile.rules.slow) = (None, None);
    Cow::Owned(profile)
}

/// A platform whose one rule makes posts hours late.
static LATE: LazyLock<Profile> = LazyLock::new(|| {
    let mut late = platform::find("article-2025").expect("shipped").clone();
    late.key = "late".into();
    let rules = &mut late.rules;
    (rules.cap, rules.reports, rules.relevance, rules.read_no_reply) = (None, None, None, None);
    (rules.slow, rules.no_reply, rules.review, rules.admin) = (None, None, None, None);
    let rule = rules.similarity.as_mut().expect("the article has the rule");
    (rule.share, rule.at_least_posts, rule.window_days, rule.midnights) = (0.0, 1, 1000, u32::MAX);
    rule.delay_min = [60.0, 400.0];
    late
});

/// A case that says nothing: a hard ad at nine every day.
const NOTHING: Case =
    Case { name: "", club: "", also: "", on: "", with: "", switch: "", plan: "", plan_off: None, shows: &[] };

/// The mechanisms one by one.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "fatigue, on reading",
        on: "read_per_fatigue = 1.5\nfatigue_half_life = 30",
        with: "read_base = 1.0",
        plan: "per_day = 2\nkinds = [\"hard\", \"reminder\", \"preview\", \"testimonial\", \"useful\"]",
        shows: &["reads", "dwell_ms", "unwanted_reads"],
        ..NOTHING
    },
    Case {
        name: "fatigue, on quitting",
        on: "irritation_per_fatigue = 1.5",
        with: "read_base = 2.0\nirritation_base = -4.5",
        shows: &["leaves", "blocks", "mutes", "reports"],
        ..NOTHING
    },
    Case {
        name: "expectation, on reading",
        club: "relation = 0.7",
        on: "read_per_expectation = 3.0",
        shows: &["reads"],
        ..NOTHING
    },
    Case {
        name: "expectation of strangers",
        club: "relation = 0.3",
        on: "cold_expectation = 0.4",
        with: "read_per_expectation = 3.0",
        shows: &["reads"],
        ..NOTHING
    },
    Case {
        name: "irritation, by the lowest value read",
        on: "irritation_slope = 6.0",
        with: "irritation_base = -5.0\nreport_given_block = 0.6\nread_base = 0.5",
        plan: "per_day = 2\nkinds = [\"hard\", \"preview\", \"testimonial\"]",
        shows: &["leaves", "blocks", "mutes", "reports"],
        ..NOTHING
    },
    Case {
        name: "distrust, by trust",
        on: "trust_protection = 3.0",
        with: "distrust_base = -1.5\ntrust_drift = 0.4",
        plan: "reply = \"never\"",
        shows: &["leaves", "mutes"],
        ..NOTHING
    },
    Case {
        name: "repeats, wear of value and clicks",
        on: "wear_elasticity = 0.5",
        with: "read_base = 1.0\nclick_given_read = 0.8\npurchase_given_click = 0.5\n\
               interaction_base = -1.0\ninteraction_slope = 2.0",
        plan: "contents = 2",
        shows: &["clicks", "purchases", "interactions", "unwanted_reads"],
        ..NOTHING
    },
    Case {
        name: "repeats, wear of dwell",
        on: "dwell_wear = 0.458",
        with: "dwell_wear = 1.0",
        plan: "contents = 1",
        shows: &["dwell_ms"],
        ..NOTHING
    },
    Case {
        name: "patience with repeats",
        on: "over_patience_hazard = 0.7",
        with: "report_given_block = 0.6\nread_base = 1.0\npatience_mean = 3.0",
        plan: "contents = 2\nper_day = 2",
        shows: &["leaves", "blocks", "reports"],
        ..NOTHING
    },
    Case {
        name: "three causes at once",
        on: "over_patience_hazard = 0.3\nirritation_base = -3.0\ndistrust_base = -2.5",
        with: "read_base = 1.0\nblock_share = 0.5\nblock_when_over_patience = 0.9",
        plan: "contents = 3\nper_day = 2",
        shows: &["leaves", "blocks", "mutes", "reports"],
        ..NOTHING
    },
    Case {
        name: "muted members look now and then",
        on: "irritation_base = -1.5",
        with: "mute_share = 0.9\nmute_visit = 0.4\nread_base = 1.0\nquestion_rate = 0.3",
        shows: &["mutes", "muted", "reads", "leaves", "questions"],
        ..NOTHING
    },
    Case {
        name: "frailty",
        on: "frailty_variance = 3.0",
        with: "irritation_base = -2.5\nread_base = 1.0\nfrailty_variance = 0.01",
        shows: &["leaves", "mutes"],
        ..NOTHING
    },
    Case {
        name: "marks, on blocking",
        with: "irritation_base = -1.5\nblock_share = 0.4\nread_base = 1.0",
        plan: "per_day = 2\nunlabelled = true\neveryone = true",
        plan_off: Some("per_day = 2"),
        shows: &["blocks", "leaves", "reports"],
        ..NOTHING
    },
    Case {
        name: "marks, one post of two and whether it is the last",
        with: "irritation_base = -1.5\nblock_share = 0.4\nread_base = 0.5\nunlabelled_factor = 2.0",
        plan: "posts = [{ day = 1, at = \"08:00\", unlabelled = true }, { day = 1, at = \"12:00\" }, \
               { day = 3, at = \"08:00\" }, { day = 3, at = \"12:00\", unlabelled = true }]",
        plan_off: Some(
            "posts = [{ day = 1, at = \"08:00\" }, { day = 1, at = \"12:00\" }, \
               { day = 3, at = \"08:00\" }, { day = 3, at = \"12:00\" }]",
        ),
        shows: &["blocks", "reports"],
        ..NOTHING
    },
    Case {
        name: "marks, broken link",
        with: "irritation_base = -2.5\nbroken_link_factor = 3.0\nread_base = 1.0\n\
               click_given_read = 0.8\npurchase_given_click = 0.3",
        plan: "posts = [{ day = 2, at = \"09:00\" }, { day = 3, at = \"10:00\", broken_link = true }, \
               { day = 5, at = \"08:00\", broken_link = true }, { day = 5, at = \"12:00\" }, { day = 8, at = \"09:00\" }]",
        plan_off: Some(
            "posts = [{ day = 2, at = \"09:00\" }, { day = 3, at = \"10:00\" }, \
               { day = 5, at = \"08:00\" }, { day = 5, at = \"12:00\" }, { day = 8, at = \"09:00\" }]",
        ),
        shows: &["purchases", "leaves", "mutes"],
        ..NOTHING
    },
    Case {
        name: "marks, gift",
        with: "complaint_base = -1.0\ngift_factor = 2.0",
        plan: "days = [3]\ngift = true",
        plan_off: Some("days = [3]"),
        shows: &["complaints"],
        ..NOTHING
    },
    Case {
        name: "questions and answers",
        on: "question_rate = 0.4",
        with: "own_reply_weight = 0.6\nvoice_per_trust = 3.0\noutcome_per_trust = 3.0\ntrust_at_entry = 0.6\n\
               question_fit_scale = 0.7",
        plan: "reply = \"3h\"\nanswered = 0.7",
        shows: &["questions", "answers", "inquiry_purchases", "activity", "repurchases", "complaints"],
        ..NOTHING
    },
    Case {
        name: "questions, slow answers across nights",
        on: "question_rate = 0.6",
        with: "own_reply_weight = 0.5\nvoice_per_trust = 2.0\nreply_patience_scale = 40.0\nrecommend_per_trust = 3.0",
        plan: "reply = \"20h\"",
        shows: &["questions", "answers", "inquiry_purchases", "recommendations"],
        ..NOTHING
    },
    Case {
        name: "trust drift",
        on: "trust_drift = 0.3",
        with: "voice_per_trust = 3.0\noutcome_per_trust = 3.0\nrecommend_per_trust = 4.0",
        plan: "reply = \"8h\"\nanswered = 0.8",
        shows: &["activity", "repurchases", "complaints", "recommendations"],
        ..NOTHING
    },
    Case {
        name: "interactions",
        on: "interaction_base = -1.0\ninteraction_slope = 2.5",
        plan: "per_day = 2\nkinds = [\"hard\", \"useful\"]",
        shows: &["interactions"],
        ..NOTHING
    },
    Case {
        name: "clicks and purchases",
        on: "click_given_read = 0.7\npurchase_given_click = 0.3",
        with: "read_base = 1.0",
        plan: "per_day = 2\nkinds = [\"hard\", \"testimonial\", \"useful\"]\noffer = 0.8",
        shows: &["clicks", "purchases", "repurchases_of_buyers"],
        ..NOTHING
    },
    Case {
        name: "values of kinds",
        on: "value_reminder = 0.35\nvalue_preview = 0.5\nvalue_testimonial = 0.7\nuseful_value = 0.9",
        with: "interaction_base = -2.0\ninteraction_slope = 3.0\n\
               value_reminder = 0.0\nvalue_preview = 0.0\nvalue_testimonial = 0.0\nuseful_value = 0.0",
        plan: "per_day = 5\nkinds = [\"hard\", \"reminder\", \"preview\", \"testimonial\", \"useful\"]",
        shows: &["interactions", "unwanted_reads"],
        ..NOTHING
    },
    Case { name: "dwell", on: "dwell_base = 2.0\ndwell_per_value = 5.0", shows: &["dwell_ms"], ..NOTHING },
    Case {
        name: "reach",
        plan: "per_day = 6\nreach = 0.4",
        plan_off: Some("per_day = 6"),
        shows: &["delivered", "reads"],
        ..NOTHING
    },
    Case {
        name: "visiting hours",
        on: "visit_from_hour = 3.0\nvisit_to_hour = 20.0",
        plan: "at = [\"05:00\", \"12:30\", \"19:00\"]",
        shows: &["reads"],
        ..NOTHING
    },
    Case {
        name: "privacy ignored: hazard and ceiling of trust",
        on: "privacy_hazard = 0.03\nprivacy_trust_cut = 0.5",
        with: "trust_drift = 0.3\nvoice_per_trust = 2.0\nrecommend_per_trust = 4.0",
        plan: "privacy = \"ignored\"",
        shows: &["leaves", "mutes", "activity", "recommendations"],
        ..NOTHING
    },
    Case {
        name: "privacy incidents",
        on: "leak_exit = 0.05",
        with: "leaks_ignored = 30.0\nleaks_kept = 0.0",
        plan: "privacy = \"ignored\"",
        shows: &["leak_exits", "left"],
        ..NOTHING
    },
    Case {
        name: "privacy kept, incidents all the same",
        on: "leak_exit = 0.05",
        with: "leaks_kept = 30.0",
        shows: &["leak_exits", "left"],
        ..NOTHING
    },
    Case {
        name: "complaints where privacy is kept",
        on: "privacy_complaints_kept = 300.0",
        shows: &["privacy_complaints"],
        ..NOTHING
    },
    Case {
        name: "complaints where privacy is ignored",
        on: "privacy_complaints_ignored = 300.0",
        plan: "privacy = \"ignored\"",
        shows: &["privacy_complaints"],
        ..NOTHING
    },
    Case {
        name: "yesterday's posts and today's",
        with: "read_base = 0.5\nclick_given_read = 0.5",
        plan: "at = [\"07:30\", \"15:00\", \"23:30\"]",
        plan_off: Some("at = [\"00:00\", \"00:01\", \"00:02\"]"),
        shows: &["reads", "reads_of_posts", "clicks_on_posts"],
        ..NOTHING
    },
    Case {
        name: "more than ten posts in sight",
        with: "read_base = 0.5\nwear_elasticity = 0.3\nclick_given_read = 0.8",
        plan: "per_day = 14\ncontents = 9",
        plan_off: Some("per_day = 10\ncontents = 9"),
        shows: &["reads", "clicks"],
        ..NOTHING
    },
    Case {
        name: "long delays",
        with: "irritation_base = -3.0\nread_per_fatigue = 0.5",
        plan: "at = [\"04:30\", \"09:00\", \"13:00\", \"23:30\"]",
        plan_off: Some("at = [\"00:00\", \"00:01\", \"00:02\", \"00:03\"]"),
        shows: &["reads", "reads_of_posts"],
        ..NOTHING
    },
    Case {
        name: "a platform that delivers less",
        club: "theme = \"pets\"",
        also: "[topic.serum]\nrelevance = { pets = 0.2 }",
        with: "irritation_base = -2.0\nblock_share = 1.0\nmute_share = 0.1\nread_base = 1.0",
        plan: "topic = \"serum\"\nreply = \"9h\"",
        plan_off: Some("reply = \"1h\""),
        shows: &["reads"],
        ..NOTHING
    },
    Case {
        name: "topics and two audiences",
        club: "theme = \"pets\"\nrelation = 0.3",
        also: "[audience.list]\nchannel = \"direct\"\nsize = SIZE\nfit = 0.8\ntheme = \"beauty\"\n\
               [topic.serum]\nrelevance = { pets = 0.2, beauty = 0.9 }",
        with: "interaction_base = -2.0\ninteraction_slope = 3.0\nread_base = 0.0\nread_per_expectation = 2.0",
        plan: "to = [\"club\", \"list\"]\ntopic = \"serum\"",
        plan_off: Some("to = [\"club\", \"list\"]"),
        shows: &["interactions", "dwell_ms", "unwanted_reads"],
        ..NOTHING
    },
    Case {
        name: "selection",
        club: "groups = 5",
        with: "interaction_base = -2.0\ninteraction_slope = 3.0",
        plan: "select = { keep = 0.4, signal = 0.7 }",
        plan_off: Some("select = { keep = 0.4, signal = 0.0 }"),
        shows: &["interactions", "dwell_ms"],
        ..NOTHING
    },
    Case {
        name: "leaving is contagious",
        club: "groups = 3",
        with: "irritation_base = -3.0\ndistrust_base = -4.0\ncontagion_factor = 12.0\ncontagion_days = 5.0\nread_base = 0.5",
        switch: "contagion = true",
        shows: &["leaves", "mutes"],
        ..NOTHING
    },
    Case {
        name: "members learn what to expect",
        with: "read_per_expectation = 3.0\nexpectation_learning = 0.3",
        plan: "per_day = 3\nkinds = [\"hard\", \"useful\"]",
        switch: "expectation_learning = true",
        shows: &["reads"],
        ..NOTHING
    },
    Case {
        name: "repeats are forgotten",
        with: "repeat_memory_days = 3.0\nwear_elasticity = 0.5\nover_patience_hazard = 0.5\nclick_given_read = 0.8\n\
               read_base = 1.0",
        plan: "contents = 2",
        switch: "repeat_memory = true",
        shows: &["clicks", "blocks", "dwell_ms"],
        ..NOTHING
    },
    Case {
        name: "needs",
        with: "need_rate = 0.1\nneed_days = 4.0\nclick_given_need = 0.9\npurchase_given_need = 0.5\nclick_given_read = 0.3\nread_base = 1.0\n\
               wear_elasticity = 0.2\nwear_in = 0.4",
        plan: "per_day = 2\ncontents = 5",
        switch: "needs = true\nwear_in = true",
        shows: &["clicks", "purchases", "buyers"],
        ..NOTHING
    },
    Case {
        name: "questions serve needs",
        with: "need_rate = 0.2\nneed_days = 20.0\npurchase_given_need = 0.9\nread_base = 1.0\nquestion_rate = 0.6\npurchase_given_answer = 0.9",
        plan: "reply = \"1h\"",
        switch: "needs = true",
        shows: &["purchases"],
        ..NOTHING
    },
    Case {
        name: "every read irritates",
        on: "irritation_base = -4.0\nirritation_slope = 2.0\nirritation_per_fatigue = 0.6\nblock_share = 0.5\nmute_share = 0.3",
        with: "read_base = 1.0",
        plan: "per_day = 5\nkinds = [\"hard\", \"useful\"]",
        switch: "every_read = true",
        shows: &["leaves", "blocks", "mutes"],
        ..NOTHING
    },
    Case {
        name: "reports are pooled",
        on: "irritation_base = -2.5\nblock_share = 1.0\nmute_share = 0.1\nread_base = 1.0\nenforce_prob = 0.5",
        plan_off: Some("reach = 0.02"),
        shows: &["report_crossings"],
        ..NOTHING
    },
    Case {
        name: "reports are carried",
        on: "irritation_base = -2.5\nblock_share = 1.0\nmute_share = 0.1\nread_base = 1.0\nenforce_prob = 0.5",
        plan: "per_day = 2\nreach = 0.7",
        plan_off: Some("reach = 0.02"),
        shows: &["report_crossings"],
        ..NOTHING
    },
    Case {
        name: "wear-in",
        with: "wear_in = 0.5\nclick_given_read = 0.8\npurchase_given_click = 0.3\nread_base = 1.0",
        plan: "contents = 4",
        switch: "wear_in = true",
        shows: &["clicks", "purchases"],
        ..NOTHING
    },
];

/// Everything that can be on together.
pub(crate) const TOGETHER: Case = Case {
    name: "all together",
    club: "groups = 2\ntheme = \"pets\"\nrelation = 0.6",
    also: "[audience.list]\nchannel = \"direct\"\nsize = SIZE\nfit = 0.8\ntheme = \"beauty\"\n\
           [topic.serum]\nrelevance = { pets = 0.5, beauty = 0.9 }",
    on: "read_per_fatigue = 0.43
read_per_expectation = 2.0
irritation_base = -5.5
irritation_slope = 5.0
irritation_per_fatigue = 0.3
distrust_base = -2.4
trust_protection = 4.0
over_patience_hazard = 0.7
wear_elasticity = 0.23
click_given_read = 0.6
purchase_given_click = 0.2
interaction_base = -2.9
interaction_slope = 1.4
question_rate = 0.2
trust_drift = 0.3
voice_per_trust = 2.0
outcome_per_trust = 2.3
recommend_per_trust = 3.3
leak_exit = 0.03
leaks_ignored = 10.0
privacy_hazard = 0.007
privacy_trust_cut = 0.3
expectation_learning = 0.1
contagion_factor = 3.0
report_given_block = 0.8",
    switch: "contagion = true\nrepeat_memory = true\nexpectation_learning = true\nwear_in = true",
    plan: "to = [\"club\", \"list\"]
topic = \"serum\"
per_day = 7
kinds = [\"hard\", \"useful\", \"reminder\", \"preview\", \"testimonial\"]
contents = 9
offer = 0.7
reach = 0.8
reply = \"5h\"
answered = 0.9
privacy = \"ignored\"
unlabelled = true
gift = true",
    shows: &["reads", "clicks", "leaves"],
    ..NOTHING
};

/// The same with needs, and every read irritating.
pub(crate) const TOGETHER_WITH_NEEDS: Case = Case {
    name: "all together, with needs",
    with: "need_rate = 0.1\nneed_days = 5.0\npurchase_given_need = 0.5",
    switch: "needs = true\nevery_read = true\ncontagion = true\nrepeat_memory = true\nexpectation_learning = true\nwear_in = true",
    ..TOGETHER
};

/// Small chances of quitting and asking, which the engine screens with half a word before it looks closely: one visit in
/// 65,536 lies in the last step of a screen, so this one wants many.
pub(crate) const SCREENED: Case = Case {
    name: "screened chances",
    club: "fit = 0.95",
    on: "distrust_base = -6.0\nquestion_rate = 0.05",
    with: "read_base = -8.0\nfrailty_variance = 0.1\nmute_share = 0.0",
    plan: "days = [1]\nreply = \"1h\"",
    shows: &["leaves", "questions"],
    ..NOTHING
};

/// Limits, drawn once for a post and a sender: this one wants many replicates.
pub(crate) const LIMITED: Case = Case {
    name: "limits earned by reports",
    on: "irritation_base = -2.0",
    with: "read_base = 1.0\nblock_share = 1.0\nreport_given_block = 1.0\nmute_share = 0.1\nenforce_prob = 0.4",
    shows: &["reports", "limited"],
    ..NOTHING
};
