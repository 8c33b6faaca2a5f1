//! `--over`: the factors of an analysis by name, parameters over their plausible range or one given, levers over a range given.
//!
//! Comes in: texts such as `read_base,plan.late.reply=1h..24h` and the scenario. Goes out: factors; what is wrong is added to the
//! faults. A lever is tried at both ends and between them, so that a range the scenario does not admit is found before a run.

use std::ops::Range;

use super::factor::{Factor, Kind, Scale};
use super::faulty::Faulty;
use super::variants::{Said, Variants};
use crate::diagnostic::{At, nearest};
use crate::parameter::{self, Parameters};
use crate::units::Hours;

/// Where between its ends a lever is tried: no round value, which alone might be admitted.
const BETWEEN: f64 = 0.381_966;

/// One item of a text.
struct Item<'a> {
    key: &'a str,
    range: Option<(&'a str, &'a str)>,
    at: At,
}

/// The factors of all texts, as far as they are good; levers only where the scenario itself is.
pub(super) fn read(faulty: &mut Faulty, texts: &[String], variants: Option<&Variants>) -> Vec<Factor> {
    let mut factors: Vec<Factor> = Vec::new();
    for text in texts {
        let source = faulty.option("--over", text);
        for span in items(text) {
            let Some(item) = item(faulty, text, At { source, span }) else { continue };
            let Some(factor) = factor(faulty, &item, variants) else { continue };
            if factors.iter().any(|known| known.key == factor.key) {
                let message = format!("`{}` is varied twice", factor.key);
                faulty.fault(Some(item.at), message, "name it once".to_owned());
                continue;
            }
            factors.push(factor);
        }
    }
    factors
}

/// The places of a text's items, without the space around them.
fn items(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split(',').map(move |part| {
        let from = start + part.len() - part.trim_start().len();
        start += part.len() + 1;
        from..from + part.trim().len()
    })
}

fn item<'a>(faulty: &mut Faulty, text: &'a str, at: At) -> Option<Item<'a>> {
    let typed = &text[at.span.clone()];
    let (key, range) = typed.split_once('=').map_or((typed, None), |(key, range)| (key.trim(), Some(range)));
    let ends = range.map(|range| range.split_once("..").ok_or(range)).transpose();
    let range = match ends {
        Ok(ends) => ends.map(|(low, high)| (low.trim(), high.trim())),
        Err(range) => {
            let help = "such as plan.late.reply=1h..24h or read_base=-1.5..-0.9".to_owned();
            faulty.fault(Some(at), format!("`{range}` is not a range"), help);
            return None;
        }
    };
    let key = key.strip_prefix("behaviour.").unwrap_or(key);
    if key.is_empty() {
        let help = "parameters and levers joined by commas: read_base,plan.late.reply=1h..24h".to_owned();
        faulty.fault(Some(at), "a factor has no name".to_owned(), help);
        return None;
    }
    Some(Item { key, range, at })
}

fn factor(faulty: &mut Faulty, item: &Item, variants: Option<&Variants>) -> Option<Factor> {
    if let Some(parameter) = parameter::find(item.key) {
        let best = Parameters::best();
        let mut factor = Factor::of_parameter(parameter, variants.map_or(&best, |known| &known.base().parameters));
        if let Some((low, high)) = item.range {
            (factor.low, factor.high) = (number(faulty, item, low)?, number(faulty, item, high)?);
            let (least, most) = parameter.domain();
            if least > factor.low.min(factor.high) || factor.low.max(factor.high) > most {
                let message =
                    format!("`{}` can be computed with from {least} to {most}, found {low}..{high}", item.key);
                let help = format!("its plausible range is {}..{}", parameter.low, parameter.high);
                faulty.fault(Some(item.at.clone()), message, help);
                return None;
            }
        }
        return is_range(faulty, item, &factor).then_some(factor);
    }
    let said = variants.and_then(|variants| variants.said(item.key));
    if !item.key.contains('.') && said.is_none() {
        let help = match nearest(item.key, parameter::catalogue().iter().map(|known| known.key.as_str())) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => {
                "see `wearout list parameters`; a lever is a key of the scenario, such as plan.late.reply".to_owned()
            }
        };
        faulty.fault(Some(item.at.clone()), format!("`{}` is not a parameter", item.key), help);
        return None;
    }
    let Some((low, high)) = item.range else {
        let message = format!("`{}` is a lever: it has no plausible range of its own", item.key);
        faulty.fault(Some(item.at.clone()), message, format!("say both ends, such as {}=LOW..HIGH", item.key));
        return None;
    };
    let factor = lever(faulty, item, (low, high), said)?;
    if !is_range(faulty, item, &factor) {
        return None;
    }
    is_admitted(faulty, item, &factor, variants?).then_some(factor)
}

fn lever(faulty: &mut Faulty, item: &Item, (low, high): (&str, &str), said: Option<Said>) -> Option<Factor> {
    let key = item.key.to_owned();
    let default = match said {
        Some(Said::Hours(value) | Said::Whole(value) | Said::Number(value)) => Some(value),
        Some(Said::Words) | None => None,
    };
    if let (Some(low), Some(high)) = (Hours::parse(low), Hours::parse(high)) {
        return Some(Factor { key, kind: Kind::Lever(Scale::Hours), low: low.0, high: high.0, default });
    }
    let scale = if matches!(said, Some(Said::Whole(_))) { Scale::Whole } else { Scale::Number };
    let (low, high) = (number(faulty, item, low)?, number(faulty, item, high)?);
    Some(Factor { key, kind: Kind::Lever(scale), low, high, default })
}

fn number(faulty: &mut Faulty, item: &Item, text: &str) -> Option<f64> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    if number.is_none() {
        let help = "both ends as numbers, or both as durations with their unit: 0.1..0.5, 1h..24h".to_owned();
        faulty.fault(Some(item.at.clone()), format!("`{text}` is not an end of a range of `{}`", item.key), help);
    }
    number
}

fn is_range(faulty: &mut Faulty, item: &Item, factor: &Factor) -> bool {
    let Factor { low, high, .. } = *factor;
    if low < high {
        return true;
    }
    let (message, help) = if low > high {
        let turned = format!("turn it round: {}={}..{}", factor.key, factor.written(high), factor.written(low));
        (
            format!("the range of `{}` runs from {} down to {}", factor.key, factor.written(low), factor.written(high)),
            turned,
        )
    } else {
        let help = format!("give a range: {}=LOW..HIGH", factor.key);
        (format!("the range of `{}` is one value, {}: nothing varies", factor.key, factor.written(low)), help)
    };
    faulty.fault(Some(item.at.clone()), message, help);
    false
}

fn is_admitted(faulty: &mut Faulty, item: &Item, factor: &Factor, variants: &Variants) -> bool {
    for share in [0.0, 1.0, BETWEEN] {
        let Err(faults) = variants.under(&[(factor, factor.at(share))]) else { continue };
        for fault in faults.list() {
            let help = fault.help.clone().unwrap_or_default();
            faulty.fault(Some(item.at.clone()), fault.message.clone(), help);
        }
        return false;
    }
    true
}
