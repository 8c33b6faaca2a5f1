//! The charts of rotations of few and of many contents: legible. To look at them: see `gallery`.

use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::finding::{Finding, ParameterSource, RotateJob, RotateOptions, Study};
use wearout_core::job::{Job, run};
use wearout_core::scenario::Input;

use super::gallery::{CAPTION, complaints};
use super::{calendar, raster, regret};

/// Rotations of few and of many contents and posts.
fn rotations() -> Vec<(String, Finding)> {
    let contents = |n: usize| {
        let content = |i: usize| {
            format!(
                "[content.{}{i}]\nappeal = {}\n",
                ["a", "a-rather-long-name-of-a-content-"][i % 2],
                1.0 + 0.1 * i as f64
            )
        };
        (0..n).map(content).collect::<String>()
    };
    let shape = |(n, days, every, objective): (usize, u32, &str, &str)| {
        let text = format!(
            "days = {days}\n[audience.club]\nsize = 30\n[rotation]\nevery = \"{every}\"\nobjective = \"{objective}\"\n{}",
            contents(n)
        );
        let job = Job::Rotate(RotateJob {
            contents: Input { name: "club".into(), source: Source { name: "club.toml".into(), text }, set: Vec::new() },
            parameters: ParameterSource::Named("best".into()),
            seed: 1,
            options: RotateOptions { replicates: 3, sets: 1 },
        });
        (format!("rotation-{n}-contents-{days}-days"), run(&job, &Engine::default()).unwrap())
    };
    let shapes = [
        (2, 3, "48h", "clicks"),
        (6, 42, "48h", "buyers-less-losses"),
        (15, 60, "48h", "conversion"),
        (40, 30, "24h", "clicks"),
        (5, 200, "24h", "clicks"),
    ];
    shapes.into_iter().map(shape).collect()
}

#[test]
fn the_charts_of_a_rotation_are_legible() {
    let folder = std::env::var_os("WEAROUT_GALLERY").map(std::path::PathBuf::from);
    for (name, finding) in rotations() {
        let Study::Rotate(rotate) = finding.study else { panic!("a rotation was asked for") };
        for (chart, canvas) in
            [("calendar", calendar::draw(&rotate, &CAPTION)), ("regret", regret::draw(&rotate, &CAPTION))]
        {
            let canvas = canvas.unwrap_or_else(|| panic!("{name} {chart} shows nothing"));
            assert_eq!(complaints(&canvas), Vec::<String>::new(), "{name} {chart}");
            if let Some(folder) = &folder {
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(folder.join(format!("{name}-{chart}.png")), raster::png(&canvas)).unwrap();
            }
        }
    }
}
