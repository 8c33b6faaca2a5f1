//! No file of numbers moves: every table and the hash of the trait tables that each command writes, in small, on a fixed seed.
//!
//! `data/files.txt` holds a row a command and file with the SHA-256 of its bytes. Pages, charts and the rest of a manifest may change
//! in words; figures change by intent only. Then:
//!
//! 1. `WEAROUT_REGENERATE=1 cargo test --test files` writes the rows anew and fails, so that nobody does so unawares;
//! 2. say in CHANGELOG under "Results" which figures moved and why;
//! 3. commit code, rows and CHANGELOG together.
//!
//! `WEAROUT_PROGRAM=PATH` runs another build of the program, such as one of before a change.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use sha2::{Digest, Sha256};

const ROWS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/files.txt");

/// Commands of each study but those of every scenario, and the folder below `output/` that each writes to.
const COMMANDS: &[&str] = &[
    "run targeted-vs-spray --sets 40 --seed 7",
    "run spacing --parameters best --replicates 12",
    "run answering --parameters best --precision 0.02 --max-replicates 600",
    "run spacing --select --sets 20 --max-replicates 400",
    "run rule-721 --select --metric kept --parameters best --max-replicates 200",
    "evidence --replicates 4",
    "evidence --replicates 3 --parameters article-only",
    "calibrate joint --method best --particles 4 --simulations 4 --replicates 1",
    "calibrate joint --method plausible --particles 4 --simulations 24 --replicates 1",
    "calibrate joint --method posterior --particles 4 --simulations 8 --replicates 1 --parameters-tuned fatigue_half_life,read_base",
    "sensitivity spacing --quick --rows 8 --factors 3 --replicates 8 --over read_base,fatigue_half_life,patience_mean,plan.every-48h.reply=1h..24h",
    "ab design launch-test --tests 40",
    "ab power launch-test --tests 20 --groups 6,24 --effects 0,0.5 --sets 4",
    "ab analyze RESULTS --starts 2025-03-15 --planned-days 14",
    "ab analyze RESULTS --starts 2025-03-15 --metric kept --guardrail reports_per_1000_members=0.5",
    "ab worth launch-test --sets 4 --replicates 2",
    "ab rotate spring --replicates 20",
    "ab rotate five-texts-ten-images --replicates 4",
];

/// Every shipped scenario, by the folder it stands in.
fn scenarios() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut names = Vec::new();
    for folder in ["", "designs/", "findings/", "patterns/"] {
        let files = fs::read_dir(root.join(folder)).unwrap().map(|file| file.unwrap().path());
        let stems = files.filter_map(|path: PathBuf| {
            let is_scenario = path.extension().is_some_and(|extension| extension == "toml");
            is_scenario.then(|| format!("{folder}{}", path.file_stem().unwrap().to_str().unwrap()))
        });
        names.extend(stems);
    }
    names.sort();
    names
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Runs a command in a folder of its own; a row for each table that it wrote, and one for the trait tables where the manifest has them.
fn rows(command: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let results = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ab-results.csv");
    let args = command.split(' ').map(|word| if word == "RESULTS" { results } else { word });
    let program = env::var("WEAROUT_PROGRAM").unwrap_or(env!("CARGO_BIN_EXE_wearout").to_owned());
    let output = Command::new(program).args(args).arg("--quiet").current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    let mut found = Vec::new();
    files_below(&folder.path().join("output"), &mut found);
    found.sort();
    let mut rows = String::new();
    for path in found {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = fs::read(&path).unwrap();
        if path.extension().is_some_and(|extension| extension == "csv") {
            writeln!(rows, "{command} | {name} | {}", hash(&bytes)).unwrap();
        } else if name == "manifest.toml" {
            let manifest: toml::Table = String::from_utf8(bytes).unwrap().parse().unwrap();
            if let Some(tables) = manifest["sha256"].get("tables") {
                writeln!(rows, "{command} | trait tables | {}", tables.as_str().unwrap()).unwrap();
            }
        }
    }
    assert!(!rows.is_empty(), "{command} wrote no table");
    rows
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

#[test]
fn no_file_of_numbers_moves() {
    let of_scenarios = scenarios().into_iter().map(|name| format!("run {name} --sets 2 --replicates 2"));
    let commands = of_scenarios.chain(COMMANDS.iter().map(|command| (*command).to_owned()));
    let now: String = commands.map(|command| rows(&command)).collect();
    if env::var_os("WEAROUT_REGENERATE").is_some() {
        fs::write(ROWS, &now).unwrap();
        panic!("{ROWS} is written anew; see the top of this file");
    }
    let kept = fs::read_to_string(ROWS).unwrap();
    let (now, kept): (Vec<&str>, Vec<&str>) = (now.lines().collect(), kept.lines().collect());
    let moved: Vec<&&str> = now.iter().filter(|row| !kept.contains(row)).collect();
    let gone: Vec<&&str> = kept.iter().filter(|row| !now.contains(row)).collect();
    assert!(moved.is_empty() && gone.is_empty(), "now: {moved:#?}\nkept: {gone:#?}");
}
