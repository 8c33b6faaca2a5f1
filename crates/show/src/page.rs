//! A finding in words: blocks in reading order, which every surface renders.
//!
//! Comes in: words and where in the finding they stand. Goes out: a [`Page`]. What is decided stands in the finding, so each block names
//! its place there; how a block looks is decided by a renderer: `text` for terminals, `html` for a browser.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

/// Everything that is said about a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What it is about, such as the scenario's question.
    pub title: String,
    /// What it says, in reading order.
    pub blocks: Vec<Block>,
}

impl Page {
    /// Where in the finding what it says stands: see [`Said::from`].
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().flat_map(|block| match block {
            Block::Headline(said)
            | Block::Open(said)
            | Block::Sentence(said)
            | Block::Item(said)
            | Block::Note(said)
            | Block::Small(said) => vec![said.from.as_str()],
            Block::Keys(keys) => keys.iter().map(|key| key.from.as_str()).collect(),
            Block::Table(table) => vec![table.from.as_str()],
            Block::Section { .. } | Block::Figure(_) => Vec::new(),
        })
    }
}

/// Words, and where in the finding what they say stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The words, a line without its break.
    pub words: String,
    /// A JSON pointer into the finding (RFC 6901), such as `/study/verdict/plans/0`; it may name a group of values.
    pub from: String,
}

impl Said {
    /// These words, said of that place.
    pub fn of(words: impl Into<String>, from: impl Into<String>) -> Said {
        Said { words: words.into(), from: from.into() }
    }
}

/// One thing that is read.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// The answer in one sentence; first on the page.
    Headline(Said),
    /// What the answer leaves open; belongs to the headline.
    Open(Said),
    /// The few figures that carry the answer, for surfaces that have room for large ones; their tables hold them too.
    Keys(Vec<Key>),
    /// The title of the blocks that follow, up to the next one.
    Section {
        /// The title.
        title: String,
        /// Whether it can wait: folded where that is possible, and left out where the files hold it as well.
        waits: bool,
    },
    /// A sentence of the main text.
    Sentence(Said),
    /// A sentence that belongs to the one before.
    Item(Said),
    /// Figures in rows and columns.
    Table(Table),
    /// A chart, by the stem of its files; not there where the chart would show nothing.
    Figure(&'static str),
    /// What else must be known to read the figures.
    Note(Said),
    /// How figures were made and what their intervals mean.
    Small(Said),
}

/// A figure that carries the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// What is counted, with the name that `explain` knows it by.
    pub label: Label,
    /// Of which plan or arm.
    pub of: String,
    /// How that plan or arm is marked: `None` is the baseline, else which of the others it is.
    pub mark: Option<usize>,
    /// The figure with its unit.
    pub value: String,
    /// From where to where it may lie; `None` where that is not known.
    pub range: Option<String>,
    /// Which uncertainty the range is of.
    pub kind: String,
    /// Where the figure and the ends of its range lie on a scale from 0 to 1 that all figures of that label share.
    pub places: Option<[f64; 3]>,
    /// The difference from the baseline; `None` for the baseline, and where it is not known.
    pub against: Option<Against>,
    /// Its place in the finding: see [`Said::from`].
    pub from: String,
}

/// A difference, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Against {
    /// Its size, such as `+20 points (+6 to +35)`.
    pub size: String,
    /// What it means, such as `better`.
    pub call: &'static str,
}

/// A label, and what it is explained by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// The words.
    pub words: String,
    /// Name by which `explain` knows it.
    pub term: Option<String>,
}

impl Label {
    /// Words that need no definition.
    pub fn plain(words: impl Into<String>) -> Label {
        Label { words: words.into(), term: None }
    }

    /// Words for what `explain` knows by this name.
    pub fn of(words: impl Into<String>, term: impl Into<String>) -> Label {
        Label { words: words.into(), term: Some(term.into()) }
    }
}

/// Figures in rows and columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// What the table shows, above it.
    pub title: String,
    /// Head of the column of labels.
    pub corner: String,
    /// Heads of the columns.
    pub heads: Vec<String>,
    /// The rows, each as wide as the heads.
    pub rows: Vec<Row>,
    /// What its cells need to be read, below it.
    pub below: Vec<String>,
    /// Its place in the finding: see [`Said::from`].
    pub from: String,
}

impl Table {
    /// Columns that stand beside each other, block below block, where a line has room for so many letters beside labels of that width
    /// and columns are `gap` apart.
    pub fn blocks(&self, label_width: usize, gap: usize, room: usize) -> Vec<Range<usize>> {
        let mut blocks = Vec::new();
        let (mut first, mut end) = (0, label_width);
        for column in 0..self.heads.len() {
            let width = gap + self.width(column);
            if column > first && end + width > room {
                blocks.push(first..column);
                (first, end) = (column, label_width);
            }
            end += width;
        }
        blocks.push(first..self.heads.len());
        blocks
    }

    /// Columns of a terminal that a column takes.
    pub fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().map(|row| row.cells[column].text().width());
        cells.chain([self.heads[column].width()]).max().unwrap_or(0)
    }

    /// Whether a column holds words, which stand left.
    pub fn is_of_words(&self, column: usize) -> bool {
        self.rows.iter().any(|row| matches!(&row.cells[column], Cell::Words(words) if !words.is_empty()))
    }
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is about.
    pub label: Label,
    /// Whether it belongs to the row before.
    pub is_part: bool,
    /// Its cells; words stand left and figures right, as [`Cell`] says.
    pub cells: Vec<Cell>,
}

impl Row {
    /// Whether it has nothing but a label, and so is the heading of those that follow.
    pub fn is_heading(&self) -> bool {
        !self.cells.is_empty() && self.cells.iter().all(|cell| matches!(cell, Cell::Words(words) if words.is_empty()))
    }
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// There is no figure.
    Blank,
    /// A figure with its unit and range.
    Figure(String),
    /// Words.
    Words(String),
}

impl Cell {
    /// What is read in it.
    pub fn text(&self) -> &str {
        match self {
            Cell::Blank => "-",
            Cell::Figure(text) | Cell::Words(text) => text,
        }
    }
}
