//! The house holds: floors, purity, sizes. Each test prints what breaks it, and where.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of the crates' sources, the lowest first. `Cargo.toml` of each keeps the order.
const CRATES: [&str; 4] = ["crates/stats/src/", "crates/core/src/", "crates/show/src/", "src/"];

/// Crates that are pure: no file, clock, environment, terminal, process or hash order.
const PURE: [&str; 3] = ["crates/stats/src/", "crates/core/src/", "crates/show/src/"];

/// Every module of the core and its floor. A module imports only from lower floors; those of one floor never meet.
const FLOORS: &[(u32, &[&str])] = &[
    (0, &["units", "diagnostic"]),
    (1, &["math", "rng", "tally", "evidence", "parameter", "document"]),
    (2, &["population"]),
    (3, &["behaviour", "platform"]),
    (4, &["scenario"]),
    (5, &["plan", "results", "targets"]),
    (6, &["engine"]),
    (7, &["analysis"]),
    (8, &["study"]),
    (9, &["finding"]),
    (10, &["shard", "job"]),
];

/// Most lines of a source file; what passes it probably holds a second noun.
const MOST_LINES: usize = 450;

/// Files that may be longer, and why.
const LONG: &[(&str, &str)] =
    &[("crates/core/src/platform/mod.rs", "one struct and one sentence for each rule, side by side on purpose")];

/// Words of the domain, which general statistics do not know. `group`, `plan` and `post` in any form.
const DOMAIN_WORDS: &[&str] = &["member", "post", "plan", "group", "message", "campaign", "sender", "audience"];

/// Methods that cite a numbered place of a work, which was looked up; all others cite the work, and of a book the chapter.
const PLACES_LOOKED_UP: &[(&str, &str)] = &[
    ("crates/stats/src/best_of.rs", "Abramowitz & Stegun, table 25.4"),
    ("crates/stats/src/cma_es.rs", "Hansen's tutorial, whose numbers its comments follow"),
    ("crates/stats/src/looks.rs", "Jennison & Turnbull, tables 2.1 and 2.3"),
    ("crates/stats/src/mean.rs", "Knuth, section 4.2.2"),
    ("crates/stats/src/mixture.rs", "Howard et al., proposition 7"),
    ("crates/stats/src/sobol.rs", "Saltelli et al., table 2 (b)"),
];

struct SourceFile {
    /// Path from the repository's root, with `/`.
    path: String,
    /// The crate it belongs to, by the folder of its sources.
    krate: &'static str,
    /// The module it belongs to: the first folder or file below that folder.
    module: String,
    text: String,
}

impl SourceFile {
    /// Its lines with their numbers, without unit tests and without comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = self.text.find("#[cfg(test)]\nmod tests").unwrap_or(self.text.len());
        let lines = self.text[..end].lines().enumerate().map(|(i, line)| (i + 1, line));
        lines.map(|(n, line)| (n, line.find("//").map_or(line, |comment| &line[..comment])))
    }

    /// Of a module of the core.
    fn floor(&self) -> Option<u32> {
        if self.krate == CRATES[1] { floor(&self.module) } else { None }
    }
}

fn floor(module: &str) -> Option<u32> {
    FLOORS.iter().find(|(_, modules)| modules.contains(&module)).map(|(floor, _)| *floor)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder of sources can be read") {
        let path = entry.expect("and each of its entries").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let is_generated = ["target", ".git", "output", ".venv", ".ipynb_checkpoints", "__pycache__", "node_modules"]
            .contains(&name.as_str());
        if path.is_dir() && !is_generated {
            files_below(&path, found);
        } else if path.is_file() && !is_generated {
            found.push(path);
        }
    }
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).expect("found below the root").to_string_lossy().replace('\\', "/")
}

fn sources() -> Vec<SourceFile> {
    let of_crate = |krate: &'static str| {
        let mut paths = Vec::new();
        files_below(&root().join(krate), &mut paths);
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
        paths.sort();
        paths.into_iter().map(move |path| {
            let name = name(&path);
            let module = name[krate.len()..].split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
            SourceFile { path: name, krate, module, text: fs::read_to_string(&path).expect("a source is text") }
        })
    };
    CRATES.into_iter().flat_map(of_crate).collect()
}

/// The modules that a line names by `crate::`.
fn named_modules(line: &str) -> Vec<&str> {
    let mut named = Vec::new();
    for (at, prefix) in line.match_indices("crate::") {
        let rest = &line[at + prefix.len()..];
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        named.push(&rest[..end]);
    }
    named
}

fn nothing(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_module_has_a_floor() {
    let core = sources().into_iter().filter(|file| file.krate == CRATES[1] && file.module != "lib");
    let unknown = core.filter(|file| file.floor().is_none());
    nothing(&unknown.map(|file| format!("{}: `{}` is on no floor", file.path, file.module)).collect::<Vec<_>>());
}

#[test]
fn arrows_point_down() {
    let mut wrong = Vec::new();
    for file in sources() {
        for (line, text) in file.code() {
            for other in named_modules(text).into_iter().filter(|other| *other != file.module) {
                if let (Some(from), Some(to)) = (file.floor(), floor(other))
                    && to >= from
                {
                    let path = &file.path;
                    wrong.push(format!("{path}:{line}: {} (floor {from}) -> {other} (floor {to})", file.module));
                }
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn an_arrow_is_seen_wherever_it_stands() {
    assert_eq!(named_modules("use crate::engine::{Engine, simulate};"), ["engine"]);
    assert_eq!(named_modules("fn f(plan: &crate::plan::Plan) -> crate::tally::Tally {"), ["plan", "tally"]);
}

/// Parts of a module's path, from its crate's root.
type ModulePath = Vec<String>;

/// The module a file is.
fn module_path(file: &SourceFile) -> ModulePath {
    let name = file.path[file.krate.len()..].trim_end_matches(".rs");
    let parts = name.split('/').filter(|part| !["mod", "lib", "main"].contains(part));
    parts.map(str::to_owned).collect()
}

/// The paths that a piece of code names after `word`: `super::a::b` and each of `super::{a, b::C}`.
fn named_paths(code: &str, word: &str) -> Vec<ModulePath> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut paths = Vec::new();
    for (at, _) in code.match_indices(word).filter(|(at, _)| !code[..*at].ends_with(is_part)) {
        let rest = &code[at + word.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            let end = rest.find(|letter: char| !is_part(letter) && letter != ':').unwrap_or(rest.len());
            paths.push(rest[..end].split("::").map(str::to_owned).collect());
            continue;
        };
        let mut depth = 0;
        for item in list.split_inclusive([',', '{', '}']) {
            let name = item.trim().trim_end_matches([',', '{', '}', ':']);
            if depth == 0 && !name.is_empty() {
                paths.push(name.split("::").map(str::to_owned).collect());
            }
            depth += i32::from(item.ends_with('{')) - i32::from(item.ends_with('}'));
            if depth < 0 {
                break;
            }
        }
    }
    paths
}

#[test]
fn a_path_is_seen_wherever_it_stands() {
    let paths = |code| named_paths(code, "super::").iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(paths("use super::style::{AXIS, NOTE};"), ["style::"]);
    assert_eq!(
        paths("use super::{Law, day::{self, Day}, need};\nfn f(x: super::Post) {"),
        ["Law", "day", "need", "Post"]
    );
}

/// The parts of a folder form no circle: each can be read after those it stands on.
#[test]
fn no_two_parts_of_a_folder_stand_on_each_other() {
    let sources = sources();
    let mut wrong = Vec::new();
    for krate in CRATES {
        let files: Vec<(ModulePath, String)> = sources
            .iter()
            .filter(|file| file.krate == krate)
            .map(|file| (module_path(file), file.code().map(|(_, line)| line).collect::<Vec<_>>().join("\n")))
            .collect();
        let mut arrows: BTreeSet<(ModulePath, String, String)> = BTreeSet::new();
        for (from, code) in &files {
            let above = &from[..from.len().saturating_sub(1)];
            let of_crate = named_paths(code, "crate::");
            let of_parent = named_paths(code, "super::").into_iter().map(|path| [above, &path[..]].concat());
            for mut to in of_crate.into_iter().chain(of_parent) {
                while !to.is_empty() && !files.iter().any(|(module, _)| *module == to) {
                    to.pop();
                }
                let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
                if common < from.len().min(to.len()) {
                    arrows.insert((from[..common].to_vec(), from[common].clone(), to[common].clone()));
                }
            }
        }
        // What stands on nothing that is left goes, then what nothing left stands on: a circle stays.
        loop {
            let left = arrows.clone();
            let is_met = |folder: &ModulePath, part: &String, at: fn(&(ModulePath, String, String)) -> &String| {
                left.iter().any(|arrow| arrow.0 == *folder && at(arrow) == part)
            };
            arrows.retain(|(folder, from, to)| {
                is_met(folder, to, |arrow| &arrow.1) && is_met(folder, from, |arrow| &arrow.2)
            });
            if arrows.len() == left.len() {
                break;
            }
        }
        wrong.extend(arrows.iter().map(|(folder, from, to)| format!("{krate}{}: {from} -> {to}", folder.join("/"))));
    }
    nothing(&wrong);
}

/// `crate::{a, b}` and `super::super` would hide arrows from the test above.
#[test]
fn modules_are_named_one_by_one_from_the_root() {
    let mut wrong = Vec::new();
    for file in sources().into_iter().filter(|file| file.krate == CRATES[1]) {
        for (line, text) in file.code() {
            if text.contains("crate::{") || text.contains("super::super") {
                wrong.push(format!("{}:{line}: {}", file.path, text.trim()));
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn all_but_the_program_touch_neither_files_nor_clock_nor_terminal() {
    let banned = [
        "std::fs",
        "std::env",
        "std::time",
        "std::process",
        "std::thread",
        "std::net",
        "Instant",
        "SystemTime",
        "println!",
        "eprintln!",
        "print!(",
        "eprint!(",
        "dbg!",
        "HashMap",
        "HashSet",
        "thread_rng",
        "rand::rng(",
        "ThreadPool",
        "static mut",
        "from_entropy",
        "thread_local",
    ];
    let mut wrong = Vec::new();
    // Pictures of galleries are files, and galleries are tests.
    let is_pure = |file: &SourceFile| PURE.contains(&file.krate) && !file.path.contains("/gallery");
    for file in sources().into_iter().filter(is_pure) {
        for (line, text) in file.code() {
            for word in banned.iter().filter(|word| text.contains(**word)) {
                wrong.push(format!("{}:{line}: `{word}` in a pure crate", file.path));
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn statistics_know_no_word_of_the_domain() {
    let mut wrong = Vec::new();
    for file in sources().into_iter().filter(|file| file.krate == CRATES[0]) {
        for (line, text) in file.text.lines().enumerate() {
            let words = text.split(|letter: char| !letter.is_alphabetic()).map(str::to_lowercase);
            for word in words.filter(|word| DOMAIN_WORDS.contains(&word.trim_end_matches('s'))) {
                wrong.push(format!("{}:{}: `{word}`", file.path, line + 1));
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn methods_cite_no_place_in_a_work_that_nobody_looked_up() {
    const PLACES: &[&str] = &["section", "equation", "theorem", "proposition", "formula", "table", "example"];
    let is_place = |word: &str| PLACES.contains(&word.strip_suffix('s').unwrap_or(word));
    let mut found = Vec::new();
    for file in sources().iter().filter(|file| file.krate == CRATES[0]) {
        let comments = file.text.lines().filter_map(|line| line.trim_start().strip_prefix("//"));
        let words: Vec<&str> = comments.flat_map(str::split_whitespace).filter(|word| !word.starts_with('/')).collect();
        let is_looked_up = PLACES_LOOKED_UP.iter().any(|(path, _)| *path == file.path);
        let places =
            words.windows(2).filter(|pair| is_place(pair[0]) && pair[1].starts_with(|c: char| c.is_ascii_digit()));
        found.extend(places.filter(|_| !is_looked_up).map(|pair| format!("{}: {} {}", file.path, pair[0], pair[1])));
    }
    nothing(&found);
}

#[test]
fn only_studies_call_the_engine() {
    let mut wrong = Vec::new();
    for file in sources().into_iter().filter(|file| !["engine", "study"].contains(&file.module.as_str())) {
        for (line, text) in file.code() {
            let imports = text.contains("engine::") && text.contains("simulate");
            if imports || text.contains("simulate(") {
                wrong.push(format!("{}:{line}: {}", file.path, text.trim()));
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn files_are_short_enough_to_know() {
    let mut wrong = Vec::new();
    for file in sources() {
        let lines = file.text.lines().count();
        let may_be_long = LONG.iter().any(|(path, _)| *path == file.path);
        if lines > MOST_LINES && !may_be_long {
            wrong.push(format!("{}: {lines} lines; which second noun lives in it?", file.path));
        }
        if lines <= MOST_LINES && may_be_long {
            wrong.push(format!("{}: {lines} lines; take it off the list of long files", file.path));
        }
    }
    nothing(&wrong);
}

/// `syn` stands behind macros of the benches, `glam` and `embedded-io` behind features of nalgebra and postcard that are off.
#[test]
fn no_crate_comes_in_two_versions() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let names: Vec<&str> = lock.lines().filter_map(|line| line.strip_prefix("name = ")).collect();
    // The file names crates in the order of the alphabet.
    let mut twice: Vec<&str> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    twice.dedup();
    assert_eq!(twice, ["\"embedded-io\"", "\"glam\"", "\"syn\""]);
}

#[test]
fn nothing_refers_to_a_place_outside_the_repository() {
    let mut paths = Vec::new();
    files_below(root(), &mut paths);
    // Put together here, so that this file does not find itself.
    let outside = ["shared", "work", "tmp", "home", "root", "Users"];
    let mut wrong = Vec::new();
    for path in paths {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (line, text) in text.lines().enumerate() {
            for folder in outside {
                let upwards = format!("../{folder}/");
                let absolute = format!("/{folder}/");
                let starts = text
                    .match_indices(&absolute)
                    .any(|(at, _)| text[..at].chars().next_back().is_none_or(|before| " \"'`(=[<".contains(before)));
                if text.contains(&upwards) || starts {
                    wrong.push(format!("{}:{}: {}", name(&path), line + 1, text.trim()));
                }
            }
        }
    }
    nothing(&wrong);
}
