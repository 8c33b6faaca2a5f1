//! What the account itself remembers: its posts and the questions it was asked. The platform's rules read these.

/// One post of the calendar and what became of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PostRecord {
    /// Day it is planned for, from 0.
    pub day: u32,
    /// Hour of that day at which it is sent.
    pub hour: f64,
    /// Position among the day's posts; with the day, the slot of its draws.
    pub slot: u32,
    /// Contents that are the same share a number.
    pub content: usize,
    /// Index among the plan's topics.
    pub topic: usize,
    /// Whether it went out.
    pub sent: bool,
    /// Members it was delivered to.
    pub delivered: u32,
    /// Reads so far.
    pub reads: u32,
    /// Clicks so far.
    pub clicks: u32,
    /// Reads with an interaction.
    pub interactions: u32,
    /// Distinct members who reported it (a member reports once, when blocking).
    pub reporters: u32,
    /// Whether the platform has seen its reports cross the threshold.
    pub crossed: bool,
}

/// A question put to the account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuestionRecord {
    /// Hours from the campaign's first 00:00.
    pub asked_at: f64,
    /// Hours until the reply; infinite if there is none.
    pub reply_after: f64,
}
