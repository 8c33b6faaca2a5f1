//! The targets that come with the program, inside the binary.

/// Name and text of every shipped list of targets.
pub const SHIPPED: &[(&str, &str)] = &[("joint", include_str!("../../../../scenarios/targets/joint.toml"))];

/// The text of the shipped list of that name.
pub fn shipped(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
}
