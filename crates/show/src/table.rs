//! Plain text in columns, for the pages that are not yet made of blocks.

/// Columns of a line.
const WIDTH: usize = 120;

/// Labels on the left, columns to the right of them; as many blocks below each other as the width asks for.
pub(super) fn grid(labels: &[String], columns: &[Vec<String>]) -> String {
    let label_width = widest(labels);
    let mut blocks = Vec::new();
    let mut rest = columns;
    while !rest.is_empty() {
        let ends = rest.iter().scan(label_width, |end, column| {
            *end += 2 + widest(column);
            Some(*end)
        });
        let n_fitting = ends.take_while(|end| *end <= WIDTH).count().max(1);
        let (block, after) = rest.split_at(n_fitting);
        blocks.push(labels.iter().enumerate().fold(String::new(), |text, (row, label)| {
            let cells = block.iter().map(|column| format!("  {}", right(&column[row], widest(column))));
            text + (left(label, label_width) + &cells.collect::<String>()).trim_end() + "\n"
        }));
        rest = after;
    }
    blocks.join("\n")
}

fn widest(cells: &[String]) -> usize {
    cells.iter().map(|cell| width(cell)).max().unwrap_or(0)
}

/// The line broken between words, so that it fits; all but its first part are indented.
pub(super) fn wrapped(line: &str) -> String {
    let mut text = String::new();
    let mut used = 0;
    for (i, word) in line.split(' ').enumerate() {
        if i > 0 && used + 1 + width(word) > WIDTH {
            text += "\n    ";
            used = 4;
        } else if i > 0 {
            text.push(' ');
            used += 1;
        }
        text += word;
        used += width(word);
    }
    text + "\n"
}

pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

pub(super) fn left(text: &str, columns: usize) -> String {
    text.to_owned() + &" ".repeat(columns.saturating_sub(width(text)))
}

pub(super) fn right(text: &str, columns: usize) -> String {
    " ".repeat(columns.saturating_sub(width(text))) + text
}
