//! A page as plain text for a terminal.
//!
//! Comes in: a [`Page`] and the columns of a line. Goes out: lines no longer than that where words allow it. Colour and cursor are not here.

use unicode_width::UnicodeWidthStr;

use super::page::{Block, Cell, Page, Row, Table};

/// Columns of a line where nobody says how many there are.
pub const USUAL_WIDTH: usize = 100;

/// Fewest columns that a page is made for.
pub const LEAST_WIDTH: usize = 80;

/// The page as text, ending in a line break.
pub fn text(page: &Page, columns: usize) -> String {
    let columns = columns.max(LEAST_WIDTH);
    let mut text = if page.title.is_empty() { String::new() } else { wrapped(&page.title, columns) + "\n" };
    let mut before: Option<&Block> = None;
    for block in page.blocks.iter().filter(|block| !matches!(block, Block::Keys(_) | Block::Figure(_))) {
        if before.is_some_and(|before| is_apart(before, block)) {
            text.push('\n');
        }
        text += &match block {
            Block::Headline(said) | Block::Sentence(said) => wrapped(&said.words, columns),
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
    let column = |i: usize| -> Vec<&Cell> { table.rows.iter().map(|row| &row.cells[i]).collect() };
    let cells: Vec<(&str, Vec<&Cell>)> =
        table.heads.iter().enumerate().map(|(i, head)| (head.as_str(), column(i))).collect();
    text += &grid(&labels, &cells, columns);
    for line in &table.below {
        text += &wrapped(&format!("({line})"), columns);
    }
    text
}

/// Labels on the left, columns to the right of them; as many blocks below each other as the width asks for.
fn grid(labels: &[String], columns: &[(&str, Vec<&Cell>)], most: usize) -> String {
    let label_width = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    let wide = |(head, cells): &(&str, Vec<&Cell>)| {
        cells.iter().map(|cell| cell.text().width()).chain([head.width()]).max().unwrap_or(0)
    };
    let mut blocks = Vec::new();
    let mut rest = columns;
    while !rest.is_empty() {
        let ends = rest.iter().scan(label_width, |end, column| {
            *end += 2 + wide(column);
            Some(*end)
        });
        let n_fitting = ends.take_while(|end| *end <= most).count().max(1);
        let (block, after) = rest.split_at(n_fitting);
        let line = |row: usize| {
            let cells = block.iter().map(|column| {
                let width = wide(column);
                let is_of_words = column.1.iter().any(|cell| matches!(cell, Cell::Words(words) if !words.is_empty()));
                let text = if row == 0 { column.0 } else { column.1[row - 1].text() };
                format!("  {}", if is_of_words { left(text, width) } else { right(text, width) })
            });
            (left(&labels[row], label_width) + &cells.collect::<String>()).trim_end().to_owned() + "\n"
        };
        blocks.push((0..labels.len()).map(line).collect::<String>());
        rest = after;
    }
    blocks.join("\n")
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
