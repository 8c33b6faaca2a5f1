//! A page as one HTML file that needs nothing else: no network, no script; fonts and charts are inside.
//!
//! Comes in: a [`Page`], its charts, how it was made. Goes out: the document. Its template and its looks are in `templates/`; what is
//! decided here is only which blocks stand together. The template escapes every word: names of plans are a user's text.

use std::cell::Cell as Counter;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wearout_core::finding::Provenance;

use super::chart::{Colour, FONTS, Figure, plan_colours};
use super::explain::definition;
use super::number::fixed;
use super::page::{Block, Cell, Key, Label, Page, Row, Table};

/// Letters that stand beside each other in a table.
const ROOM: usize = 88;

/// Letters of a label before it is broken.
const LABEL_ROOM: usize = 30;

/// Plans up to which each figure is set large.
const FEW: usize = 3;

/// The page as a document.
///
/// # Panics
/// Never: the template only writes to memory.
pub fn html(page: &Page, figures: &[Figure], made: &Provenance) -> String {
    let writer = Writer { figures, n_words: Counter::new(0) };
    let colours = figures.iter().flat_map(|figure| figure.colours.iter().copied());
    let marks = marks(page);
    let colours: BTreeSet<Colour> = colours.chain(marks.values().flat_map(|(mark, ink)| [*mark, *ink])).collect();
    let mut parts = writer.parts(&page.blocks);
    parts.extend(writer.others(page));
    let report = Report {
        page,
        made,
        parts,
        replicates: fixed(made.replicates as f64, 0),
        marks,
        colours: colours.into_iter().collect(),
        style: include_str!("../templates/report.css"),
        fonts: FONTS.iter().map(|(weight, bytes)| (*weight, STANDARD.encode(bytes))).collect(),
    };
    report.render().expect("writing to memory succeeds")
}

/// What the template is filled with.
#[derive(Template)]
#[template(path = "report.html")]
struct Report<'a> {
    page: &'a Page,
    made: &'a Provenance,
    parts: Vec<Part<'a>>,
    replicates: String,
    marks: BTreeMap<String, (Colour, Colour)>,
    colours: Vec<Colour>,
    style: &'static str,
    /// Weight and file of each font.
    fonts: Vec<(u16, String)>,
}

impl Report<'_> {
    /// The command that makes the same figures again, for a shell; where more belongs to it, the manifest that says so.
    fn again(&self) -> String {
        let (made, Some(sets)) = (self.made, &self.made.parameters) else { return MANIFEST.to_owned() };
        if made.command != "run" || made.partial {
            return MANIFEST.to_owned();
        }
        let quoted = |word: &str| format!("'{}'", word.replace('\'', "'\\''"));
        let set = made.set.iter().fold(String::new(), |set, word| set + " --set " + &quoted(word));
        let n_sets = if sets.sets > 1 { format!(" --sets {}", sets.sets) } else { String::new() };
        let Some(each) = sets.replicates_per_set else { return MANIFEST.to_owned() };
        let [name, parameters] = [&made.given, &sets.parameters].map(|name| quoted(name));
        format!("wearout run {name} --parameters {parameters}{n_sets} --replicates {each} --seed {}{set}", made.seed)
    }
}

/// Where the rest of what makes figures again stands.
const MANIFEST: &str = "manifest.toml, beside this file, says what was asked for";

/// Blocks under one title.
struct Part<'a> {
    title: Option<&'a str>,
    waits: bool,
    pieces: Vec<Piece<'a>>,
}

/// Blocks that are set as one thing.
enum Piece<'a> {
    /// The answer and what it leaves open.
    Answer { known: &'a str, open: Vec<&'a str> },
    /// The figures that carry the answer.
    Cards(Vec<Card<'a>>),
    /// A sentence and what belongs to it.
    Sentence { words: &'a str, items: Vec<&'a str> },
    /// Sentences that belong to the title.
    Items(Vec<&'a str>),
    /// What else must be known.
    Notes(Vec<&'a str>),
    /// How figures are to be read.
    Small(&'a str),
    /// Figures in rows and columns.
    Table(Grids<'a>),
    /// A chart.
    Figure(&'a Figure),
}

/// A figure of every plan.
struct Card<'a> {
    word: Word<'a>,
    is_large: bool,
    keys: &'a [Key],
}

/// Words that may have a definition.
struct Word<'a> {
    words: &'a str,
    /// A name of its own on the page, and the definition.
    defined: Option<(usize, String)>,
}

/// A table in blocks of columns.
struct Grids<'a> {
    table: &'a Table,
    blocks: Vec<Range<usize>>,
    labels: Vec<Word<'a>>,
}

impl Grids<'_> {
    fn rows(&self) -> impl Iterator<Item = (&Word<'_>, &Row)> {
        self.labels.iter().zip(&self.table.rows)
    }
}

/// Turns blocks into pieces and counts the words it defines.
struct Writer<'a> {
    figures: &'a [Figure],
    n_words: Counter<usize>,
}

impl<'a> Writer<'a> {
    fn parts(&self, blocks: &'a [Block]) -> Vec<Part<'a>> {
        let mut parts = vec![Part { title: None, waits: false, pieces: Vec::new() }];
        for block in blocks {
            if let Block::Section { title, waits } = block {
                parts.push(Part { title: Some(title), waits: *waits, pieces: Vec::new() });
            } else if let Some(part) = parts.last_mut() {
                self.add(&mut part.pieces, block);
            }
        }
        parts.retain(|part| !part.pieces.is_empty());
        parts
    }

    /// The charts that the page does not name: folded where it names others.
    fn others(&self, page: &Page) -> Option<Part<'a>> {
        let is_named = |figure: &&Figure| page.blocks.contains(&Block::Figure(figure.key));
        let others: Vec<Piece<'a>> =
            self.figures.iter().filter(|figure| !is_named(figure)).map(Piece::Figure).collect();
        let waits = others.len() < self.figures.len();
        let title = Some(if waits { "More charts" } else { "Charts" });
        (!others.is_empty()).then_some(Part { title, waits, pieces: others })
    }

    fn add(&self, pieces: &mut Vec<Piece<'a>>, block: &'a Block) {
        let piece = match (block, pieces.last_mut()) {
            (Block::Open(said), Some(Piece::Answer { open, .. })) => return open.push(&said.words),
            (Block::Item(said), Some(Piece::Sentence { items, .. } | Piece::Items(items))) => {
                return items.push(&said.words);
            }
            (Block::Note(said), Some(Piece::Notes(notes))) => return notes.push(&said.words),
            (Block::Headline(said), _) => Piece::Answer { known: &said.words, open: Vec::new() },
            (Block::Open(said) | Block::Sentence(said), _) => Piece::Sentence { words: &said.words, items: Vec::new() },
            (Block::Item(said), _) => Piece::Items(vec![&said.words]),
            (Block::Note(said), _) => Piece::Notes(vec![&said.words]),
            (Block::Small(said), _) => Piece::Small(&said.words),
            (Block::Keys(keys), _) => {
                Piece::Cards(keys.chunk_by(|a, b| a.label == b.label).map(|keys| self.card(keys)).collect())
            }
            (Block::Table(table), _) => Piece::Table(Grids {
                table,
                blocks: table.blocks(LABEL_ROOM, 3, ROOM),
                labels: table.rows.iter().map(|row| self.word(&row.label)).collect(),
            }),
            (Block::Figure(key), _) => match self.figures.iter().find(|figure| figure.key == *key) {
                Some(figure) => Piece::Figure(figure),
                None => return,
            },
            (Block::Section { .. }, _) => return,
        };
        pieces.push(piece);
    }

    fn card(&self, keys: &'a [Key]) -> Card<'a> {
        Card { word: self.word(&keys[0].label), is_large: keys.len() <= FEW, keys }
    }

    fn word(&self, label: &'a Label) -> Word<'a> {
        let defined = label.term.as_deref().and_then(definition).map(|words| {
            self.n_words.set(self.n_words.get() + 1);
            (self.n_words.get(), words)
        });
        Word { words: &label.words, defined }
    }
}

/// The colours of marks and of words of each plan that the page's figures are of, by the name of its class.
fn marks(page: &Page) -> BTreeMap<String, (Colour, Colour)> {
    let keys = page.blocks.iter().filter_map(|block| if let Block::Keys(keys) = block { Some(keys) } else { None });
    keys.flatten().map(|key| (class(key), plan_colours(key.mark))).collect()
}

/// Name of a figure's plan in the style sheet.
fn class(key: &Key) -> String {
    key.mark.map_or_else(|| "base".to_owned(), |n| format!("p{n}"))
}

/// What shape a figure's mark has.
fn shape(key: &Key) -> &'static str {
    key.mark.map_or("square", |n| ["circle", "diamond", "triangle"][n % 3])
}

/// The place of a figure between the ends of its range, as CSS writes it.
fn places(key: &Key) -> Option<String> {
    let [low, at, high] = key.places?.map(|place| 100.0 * place);
    Some(format!("--low:{low:.1}%;--at:{at:.1}%;--high:{high:.1}%"))
}

/// A figure with the sign that typographers use.
fn minus(figure: &str) -> String {
    figure.replace('-', "\u{2212}")
}

#[cfg(test)]
mod tests {
    use wearout_core::finding::Sets;
    use wearout_core::parameter::Parameters;

    use super::super::page::Said;
    use super::*;

    fn shown(blocks: Vec<Block>, figures: &[&'static str]) -> String {
        let figure = |key: &&'static str| Figure {
            key,
            title: format!("what {key} says"),
            about: String::new(),
            note: String::new(),
            svg: "<svg></svg>".into(),
            colours: Vec::new(),
        };
        let figures: Vec<Figure> = figures.iter().map(figure).collect();
        let made = Provenance {
            command: "run",
            name: "it's".into(),
            given: "it's".into(),
            version: "1",
            model: "2",
            generator: "3",
            seed: 4,
            set: vec!["plan.a.offer='x'".into()],
            replicates: 1000,
            partial: false,
            parameters: Some(Sets {
                parameters: "joint".into(),
                fit: "f".into(),
                sets: 200,
                replicates_per_set: Some(5),
                sha256: "0123456789abcdef".into(),
                mechanisms: Parameters::best().mechanisms,
            }),
        };
        html(&Page { title: "</title><b>".into(), blocks }, &figures, &made)
    }

    #[test]
    fn words_are_text_wherever_they_stand() {
        let nasty = "<script>alert(1)</script>\"'&";
        let row = Row { label: Label::of(nasty, "conversion"), is_part: false, cells: vec![Cell::Words(nasty.into())] };
        let table = Table { title: nasty.into(), heads: vec![nasty.into()], rows: vec![row], ..Table::default() };
        let said = || Said::of(nasty, "");
        let page = shown(
            vec![
                Block::Headline(said()),
                Block::Open(said()),
                Block::Note(said()),
                Block::Table(table),
                Block::Small(said()),
            ],
            &[],
        );
        assert!(!page.contains("<script>") && !page.contains("</title><b>"), "{page}");
        // Headline, what it leaves open, note, title, head, label, cell with its head, small print.
        assert_eq!(page.matches("&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;").count(), 9);
    }

    #[test]
    fn charts_that_the_page_does_not_name_are_folded_where_it_names_others() {
        let named = shown(vec![Block::Figure("forest")], &["forest", "funnel"]);
        let (before, folded) = named.split_once("<details>").unwrap();
        assert!(before.contains("what forest says") && folded.contains("what funnel says"), "{named}");
        let unnamed = shown(Vec::new(), &["forest"]);
        assert!(!unnamed.contains("<details>") && unnamed.contains("what forest says"), "{unnamed}");
        assert!(!shown(vec![Block::Figure("forest")], &[]).contains("<figure>"));
    }

    #[test]
    fn a_term_has_its_definition_beside_it_under_a_name_of_its_own() {
        let row = |term| Row { label: Label::of("word", term), is_part: false, cells: vec![Cell::Blank, Cell::Blank] };
        let heads = vec!["x".repeat(ROOM), "y".repeat(ROOM)];
        let table = Table { heads, rows: vec![row("conversion"), row("no such thing")], ..Table::default() };
        let page = shown(vec![Block::Table(table)], &[]);
        let meaning = definition("conversion").unwrap();
        assert_eq!(page.matches(&meaning).count(), 2, "once in each block of columns: {page}");
        for name in ["w1-0", "w1-1"] {
            assert!(page.contains(&format!("popovertarget=\"{name}\"")) && page.contains(&format!("id=\"{name}\"")));
        }
    }

    #[test]
    fn the_command_that_makes_it_again_is_fit_for_a_shell_and_whole() {
        let page = shown(Vec::new(), &[]);
        let run = "wearout run &#39;it&#39;\\&#39;&#39;s&#39; --parameters &#39;joint&#39; --sets 200 --replicates 5 --seed 4";
        assert!(
            page.contains(&format!("{run} --set &#39;plan.a.offer=&#39;\\&#39;&#39;x&#39;\\&#39;&#39;&#39;")),
            "{page}"
        );
    }
}
