//! A page as plain text for a terminal.
//!
//! Comes in: a [`Page`] and the columns of a line. Goes out: lines no longer than that where words allow it. Colour and cursor are not here.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::page::{Block, Page, Row, Table};

/// Columns of a line where nobody says how many there are.
pub const USUAL_WIDTH: usize = 100;

/// Fewest columns that a page is made for.
pub const LEAST_WIDTH: usize = 80;

/// The page as text, ending in a line break. Figures and their sections are for other surfaces.
pub fn text(page: &Page, columns: usize) -> String {
    let columns = columns.max(LEAST_WIDTH);
    let is_read = |block: &&Block| !matches!(block, Block::Keys(_) | Block::Figure(_));
    let blocks: Vec<&Block> = page.blocks.iter().filter(is_read).collect();
    let is_section = |block: Option<&&Block>| block.is_none_or(|block| matches!(block, Block::Section { .. }));
    let mut text = if page.title.is_empty() { String::new() } else { wrapped(&page.title, columns) + "\n" };
    let mut before: Option<&Block> = None;
    for (i, block) in blocks.iter().enumerate() {
        if is_section(Some(block)) && is_section(blocks.get(i + 1)) {
            continue;
        }
        if before.is_some_and(|before| is_apart(before, block)) {
            text.push('\n');
        }
        text += &match block {
            Block::Headline(said) | Block::Open(said) | Block::Sentence(said) => wrapped(&said.words, columns),
            Block::Item(said) => wrapped(&format!("  {}", said.words), columns),
            Block::Section { title, .. } => wrapped(title, columns),
            Block::Note(said) => wrapped(&format!("Note: {}", said.words), columns),
            Block::Small(said) => wrapped(&format!("({})", said.words), columns),
            Block::Table(table) => self::table(table, columns),
            Block::Keys(_) | Block::Figure(_) => String::new(),
        };
        before = Some(block);
    }
    text
}

/// Whether an empty line stands between two blocks.
fn is_apart(before: &Block, block: &Block) -> bool {
    match (before, block) {
        (_, Block::Small(_)) => matches!(before, Block::Headline(_)),
        (Block::Section { .. }, _)
        | (Block::Headline(_) | Block::Open(_), Block::Open(_))
        | (_, Block::Item(_))
        | (Block::Note(_), Block::Note(_))
        | (Block::Sentence(_) | Block::Item(_) | Block::Small(_), Block::Sentence(_)) => false,
        _ => true,
    }
}

fn table(table: &Table, columns: usize) -> String {
    let mut text = String::new();
    if !table.title.is_empty() {
        text += &wrapped(&table.title, columns);
    }
    let indented = |row: &Row| format!("{}{}", if row.is_part { "  " } else { "" }, row.label.words);
    let labels: Vec<String> = std::iter::once(table.corner.clone()).chain(table.rows.iter().map(indented)).collect();
    let label_width = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    let line = |(row, label): (usize, &String), block: &Range<usize>| {
        let cells = block.clone().map(|column| {
            let cell = if row == 0 { table.heads[column].as_str() } else { table.rows[row - 1].cells[column].text() };
            let set = if table.is_of_words(column) { left } else { right };
            format!("  {}", set(cell, table.width(column)))
        });
        (left(label, label_width) + &cells.collect::<String>()).trim_end().to_owned() + "\n"
    };
    // As many blocks below each other as the width asks for.
    let blocks = table.blocks(label_width, 2, columns);
    let block = |block: &Range<usize>| labels.iter().enumerate().map(|of| line(of, block)).collect::<String>();
    text += &blocks.iter().map(block).collect::<Vec<_>>().join("\n");
    for line in &table.below {
        text += &wrapped(&format!("({line})"), columns);
    }
    text
}

/// The line broken between words, so that it fits; all but its first part are indented.
pub(super) fn wrapped(line: &str, columns: usize) -> String {
    let mut text = String::new();
    let mut used = 0;
    for (i, word) in line.split(' ').enumerate() {
        if i > 0 && used + 1 + word.width() > columns {
            text += "\n    ";
            used = 4;
        } else if i > 0 {
            text.push(' ');
            used += 1;
        }
        text += word;
        used += word.width();
    }
    text + "\n"
}

fn left(text: &str, columns: usize) -> String {
    text.to_owned() + &" ".repeat(columns.saturating_sub(text.width()))
}

fn right(text: &str, columns: usize) -> String {
    " ".repeat(columns.saturating_sub(text.width())) + text
}
