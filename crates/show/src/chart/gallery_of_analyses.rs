//! Charts of many made-up tests of a sender's own: legible and whole.
//!
//! To look at them: `WEAROUT_GALLERY=<folder> cargo test charts_of_analyses` writes the pictures there.

use std::fmt::Write;

use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::finding::{AnalyzeJob, AnalyzeOptions, Study};
use wearout_core::job::{self, Job};

use super::Caption;
use super::gallery::{CAPTION, complaints};

/// Tables of tests of several shapes: arms, groups an arm, days, and whether anything varies.
fn tests() -> Vec<(String, String, u32)> {
    let mut tables = Vec::new();
    for (arms, groups, days, varies) in
        [(2, 12, 14, true), (2, 2, 1, true), (3, 4, 30, true), (5, 3, 2, true), (2, 3, 5, false), (4, 40, 90, true)]
    {
        let mut text = "arm,group,day,members,delivered,read,clicked,bought,left,blocked,muted,reported\n".to_owned();
        for (arm, group) in (0..arms).flat_map(|arm| (0..groups).map(move |group| (arm, group))) {
            for day in 1..=days {
                let luck = if varies { (7 * group + 3 * day + 5 * arm * day) % 6 } else { 1 };
                writeln!(
                    text,
                    "a plan with a long name, number {arm},{arm}-{group},{day},900,800,{},{},{},{},0,{},{}",
                    300 + 20 * luck,
                    40 + luck,
                    luck,
                    luck / 2,
                    luck / 3,
                    luck / 4
                )
                .unwrap();
            }
        }
        let text =
            text.replace("a plan with a long name, number", if arms == 2 { "arm" } else { "a plan with a long name" });
        tables.push((format!("test-{arms}-arms-{groups}-groups-{days}-days"), text, days));
    }
    tables
}

#[test]
fn charts_of_analyses_are_legible() {
    let folder = std::env::var_os("WEAROUT_GALLERY").map(std::path::PathBuf::from);
    let caption = Caption { replicates: 0, ..CAPTION };
    let mut drawn = 0;
    for (name, text, days) in tests() {
        let options = AnalyzeOptions { planned_days: Some(days + 3), ..AnalyzeOptions::default() };
        let job = AnalyzeJob { name: name.clone(), table: Source { name: name.clone(), text }, seed: 1, options };
        let Study::Analyze(of) = job::run(&Job::Analyze(job), &Engine::default()).unwrap().study else { panic!() };
        for (key, canvas) in [
            ("differences", super::differences::draw(&of.found, &caption)),
            ("difference_by_day", super::difference_by_day::draw(&of.found, &caption)),
        ] {
            let Some(canvas) = canvas else { continue };
            drawn += 1;
            assert_eq!(complaints(&canvas), Vec::<String>::new(), "{name} {key}");
            if let Some(folder) = &folder {
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(folder.join(format!("{name}-{key}.png")), super::raster::png(&canvas)).unwrap();
            }
        }
    }
    // Below five groups an arm a permutation decides, which may leave no interval to draw day by day.
    assert!(drawn >= 8, "{drawn}");
}
