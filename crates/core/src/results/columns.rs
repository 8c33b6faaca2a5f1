//! Which column holds what: by its heading, by a word for it, or as the user says.
//!
//! Comes in: the headings and `--columns`. Goes out: a column for each [`Role`] that is there. What cells hold is in `row`.

use crate::diagnostic::{At, Diagnostic, plain};
use crate::document::reader::{listed, quoted, suggestion};
use crate::document::rows::Cell;
use crate::tally::Outcome;

/// What a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Arm,
    Group,
    Day,
    Members,
    Delivered,
    Read,
    Clicked,
    Interacted,
    Bought,
    Left,
    Blocked,
    Muted,
    Reported,
}

/// Every role with its name in `--columns`, and the headings under which it is looked for, the first that is there.
const ROLES: [(Role, &str, &[&str]); 13] = [
    (Role::Arm, "arm", &["variant", "variation", "version", "treatment", "branch", "condition", "plan"]),
    (Role::Group, "group", &["chat", "channel", "community", "cluster", "group_id", "group_name", "chat_id"]),
    (Role::Day, "day", &["date", "day_number"]),
    (Role::Members, "members", &["size", "member_count", "participants", "subscribers", "recipients", "group_size"]),
    (Role::Delivered, "delivered", &["deliveries", "sent", "sends"]),
    (Role::Read, "read", &["reads", "opened", "opens", "seen", "viewed", "views"]),
    (Role::Clicked, "clicked", &["clicks", "link_clicks"]),
    (Role::Interacted, "interacted", &["interactions", "reactions", "replies", "likes"]),
    (Role::Bought, "bought", &["purchases", "purchased", "buyers", "converted", "conversions", "orders"]),
    (Role::Left, "left", &["leaves", "unsubscribed", "unsubscribes", "leavers"]),
    (Role::Blocked, "blocked", &["blocks"]),
    (Role::Muted, "muted", &["mutes"]),
    (Role::Reported, "reported", &["reports", "complained", "complaints", "spam_reports"]),
];

impl Role {
    /// Those that hold a count for each day.
    pub(super) const COUNTED: [Role; 9] = [
        Role::Delivered,
        Role::Read,
        Role::Clicked,
        Role::Interacted,
        Role::Bought,
        Role::Left,
        Role::Blocked,
        Role::Muted,
        Role::Reported,
    ];

    /// Its name.
    pub(super) fn key(self) -> &'static str {
        ROLES[self as usize].1
    }

    /// What its counts are added to.
    pub(super) fn outcome(self) -> Option<Outcome> {
        Some(match self {
            Role::Delivered => Outcome::Delivered,
            Role::Read => Outcome::Reads,
            Role::Clicked => Outcome::Clicks,
            Role::Interacted => Outcome::Interactions,
            Role::Bought => Outcome::Buyers,
            Role::Left => Outcome::Leaves,
            Role::Blocked => Outcome::Blocks,
            Role::Muted => Outcome::Mutes,
            Role::Reported => Outcome::Reports,
            Role::Arm | Role::Group | Role::Day | Role::Members => return None,
        })
    }

    /// The column that counts this.
    ///
    /// # Panics
    /// When no column does.
    pub(super) fn of(outcome: Outcome) -> Role {
        let counts = |role: &Role| role.outcome() == Some(outcome);
        Role::COUNTED.into_iter().find(counts).expect("a metric's columns are among those of a table")
    }

    /// Whether its percentages can only be of those delivered.
    pub(super) fn is_of_delivered(self) -> bool {
        matches!(self, Role::Read | Role::Clicked | Role::Interacted | Role::Reported)
    }
}

/// Word for a heading in `--columns` that says: there is no such column, and none is a count of 0.
const NOBODY: &str = "none";

/// Where a role stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// In the column of that index.
    At(usize),
    /// In none, and the user says that nobody did.
    Nobody,
}

/// The columns of a table of results.
#[derive(Debug, Default)]
pub(super) struct Columns {
    found: Vec<(Role, Column)>,
    /// Headings that hold nothing known.
    pub(super) unread: Vec<String>,
}

impl Columns {
    /// Where a role stands; `None` where its column is missing.
    pub(super) fn get(&self, role: Role) -> Option<Column> {
        self.found.iter().find(|(known, _)| *known == role).map(|(_, column)| *column)
    }

    /// The index of its column.
    pub(super) fn index(&self, role: Role) -> Option<usize> {
        match self.get(role)? {
            Column::At(index) => Some(index),
            Column::Nobody => None,
        }
    }
}

/// One `ROLE=HEADING` of the command line.
struct Said {
    role: Role,
    heading: String,
    at: At,
}

/// Finds the columns; `said` is the text of `--columns` with its place.
pub(super) fn columns(header: &[Cell], said: Option<(&str, At)>, faults: &mut Vec<Diagnostic>) -> Columns {
    let said = said.map(|(text, at)| pairs(text, &at, faults)).unwrap_or_default();
    let headings: Vec<&str> = header.iter().map(|cell| cell.text.as_str()).collect();
    let mut columns = Columns::default();
    for (role, key, words) in ROLES {
        let named = said.iter().find(|pair| pair.role == role);
        let column = match named {
            Some(pair) if pair.heading == NOBODY && role.outcome().is_some() => Some(Column::Nobody),
            Some(pair) => {
                let found = position(&headings, &pair.heading);
                if found.is_none() && !headings.is_empty() {
                    let help = suggestion(&pair.heading, &headings)
                        .unwrap_or_else(|| format!("columns are {}", listed(&headings)));
                    let message = format!("`--columns {key}` names no column, found {}", quoted(&pair.heading));
                    faults.push(fault(&pair.at, message, help));
                }
                found.map(Column::At)
            }
            None => {
                let is_taken =
                    |index: &usize| said.iter().any(|pair| position(&headings, &pair.heading) == Some(*index));
                let by_word = std::iter::once(&key).chain(words).find_map(|word| position(&headings, word));
                by_word.filter(|index| !is_taken(index)).map(Column::At)
            }
        };
        columns.found.extend(column.map(|column| (role, column)));
    }
    leftover(header, &mut columns, faults);
    columns
}

/// Headings are alike whatever their case, and a space or hyphen is an underscore.
fn position(headings: &[&str], word: &str) -> Option<usize> {
    let exact = headings.iter().position(|heading| *heading == word);
    exact.or_else(|| headings.iter().position(|heading| folded(heading) == folded(word)))
}

fn folded(heading: &str) -> String {
    heading.trim().to_lowercase().replace([' ', '-'], "_")
}

/// A heading that is nearly a missing role is a slip; the others are said to be unread.
fn leftover(header: &[Cell], columns: &mut Columns, faults: &mut Vec<Diagnostic>) {
    let missing: Vec<&str> =
        ROLES.iter().filter(|(role, ..)| columns.get(*role).is_none()).map(|(_, key, _)| *key).collect();
    for (index, cell) in header.iter().enumerate() {
        let is_found = columns.found.iter().any(|(_, column)| *column == Column::At(index));
        if is_found || cell.text.is_empty() {
            continue;
        }
        match crate::diagnostic::nearest(&folded(&cell.text), missing.iter().copied()) {
            Some(near) => {
                let help = format!("did you mean `{near}`? Rename it, or --columns {near}={}", plain(&cell.text));
                faults.push(fault(&cell.at, format!("the column `{}` is not known", plain(&cell.text)), help));
            }
            None => columns.unread.push(plain(&cell.text)),
        }
    }
}

fn pairs(text: &str, at: &At, faults: &mut Vec<Diagnostic>) -> Vec<Said> {
    let keys: Vec<&str> = ROLES.iter().map(|(_, key, _)| *key).collect();
    let mut said: Vec<Said> = Vec::new();
    let mut start = at.span.start;
    for pair in text.split(',') {
        let at = At { source: at.source, span: start..start + pair.len() };
        start += pair.len() + 1;
        if pair.trim().is_empty() {
            continue;
        }
        let Some((key, heading)) = pair.split_once('=') else {
            let message = format!("`{}` is not ROLE=HEADING", plain(pair));
            faults.push(fault(&at, message, "such as arm=variant,group=chat".to_owned()));
            continue;
        };
        let Some(&(role, key, _)) = ROLES.iter().find(|(_, known, _)| *known == key.trim()) else {
            let help = suggestion(key.trim(), &keys).unwrap_or_else(|| format!("roles are {}", listed(&keys)));
            faults.push(fault(&at, format!("`{}` is not a role of a column", plain(key.trim())), help));
            continue;
        };
        if said.iter().any(|earlier| earlier.role == role) {
            faults.push(fault(&at, format!("`{key}` is given twice"), "keep one of the two".to_owned()));
            continue;
        }
        said.push(Said { role, heading: heading.trim().to_owned(), at });
    }
    said
}

pub(super) fn fault(at: &At, message: String, help: String) -> Diagnostic {
    Diagnostic { message, at: Some(at.clone()), help: Some(help) }
}
