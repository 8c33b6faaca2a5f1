//! What lies in `scenarios/` is what the program carries.

use std::fs;

use wearout::scenario::{SHIPPED, shipped};

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
fn a_name_that_is_not_shipped_has_no_text() {
    assert_eq!(shipped("no-such-scenario"), None);
}
