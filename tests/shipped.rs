//! What lies in `scenarios/` is what the program carries.

use std::fs;

use wearout_core::diagnostic::Source;
use wearout_core::parameter::Parameters;
use wearout_core::plan::{compile, rotation};
use wearout_core::scenario::{CONTENTS, FINDINGS, PATTERNS, SHIPPED, parse, shipped};

#[test]
fn every_file_of_the_folder_is_shipped_as_it_is() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let scenarios = files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    assert_eq!(scenarios.clone().count(), SHIPPED.len());
    for path in scenarios {
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(shipped(name), Some(fs::read_to_string(path).unwrap().as_str()), "{name}");
    }
}

#[test]
fn every_pattern_is_shipped_as_it_is_and_has_no_fault() {
    for (folder, scenarios) in [("patterns", PATTERNS), ("findings", FINDINGS)] {
        let place = format!("{}/scenarios/{folder}", env!("CARGO_MANIFEST_DIR"));
        let files: Vec<_> = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), scenarios.len());
        for path in files {
            let name = format!("{folder}/{}", path.file_stem().unwrap().to_str().unwrap());
            let text = shipped(&name).unwrap_or_else(|| panic!("{name} is not shipped"));
            assert_eq!(text, fs::read_to_string(path).unwrap(), "{name}");
            let draft = parse(&name, Source { name: name.clone(), text: text.into() }, &[]);
            compile(&draft, 1).unwrap_or_else(|faults| panic!("{faults}"));
        }
    }
}

#[test]
fn every_file_of_contents_is_shipped_as_it_is_and_can_be_rotated() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/contents");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), CONTENTS.len());
    for path in files {
        let name = format!("contents/{}", path.file_stem().unwrap().to_str().unwrap());
        let text = shipped(&name).unwrap_or_else(|| panic!("{name} is not shipped"));
        assert_eq!(text, fs::read_to_string(path).unwrap(), "{name}");
        let opening: String = text.lines().take_while(|line| line.starts_with('#')).collect();
        assert!(opening.contains('?'), "{name}");
        let draft = parse(&name, Source { name: name.clone(), text: text.into() }, &[]);
        assert!(draft.scenario.question.ends_with('?'), "{name}");
        rotation::compile(&draft, 1, &Parameters::best(), &[]).unwrap_or_else(|faults| panic!("{faults}"));
    }
}

#[test]
fn a_name_that_is_not_shipped_has_no_text() {
    assert_eq!(shipped("no-such-scenario"), None);
}
