//! Charts: pictures of a comparison, as SVG and PNG from the same drawing.
//!
//! Comes in: a [`Comparison`] and what its caption must say. Goes out: [`Rendered`] bytes, or nothing where there is nothing
//! to show. No file is touched and no estimate made here; a chart is one file and one row of [`CHARTS`].

mod axis;
mod ban_by_day;
mod calendar;
mod canvas;
mod colour;
mod contraction;
mod difference_by_day;
mod differences;
mod effect;
mod evidence;
#[cfg(test)]
mod fake;
mod font;
mod forest;
mod frequency;
mod funnel;
mod indices;
mod loss_distribution;
mod open_by_day;
mod pairs;
mod patterns;
mod people_by_day;
mod power;
mod race;
mod raster;
mod ratios;
mod regret;
mod repeats;
mod sheet;
mod style;
mod svg;
mod targets;
mod tornado;
mod tradeoff;
mod uncertainty;
mod words;
mod worth;

use std::collections::BTreeSet;

use crate::ab;

pub use colour::{Colour, plan_colours};
pub use evidence::scorecard;
pub use font::FONTS;
pub use patterns::patterns;

use canvas::{Canvas, Shape};
use wearout_core::analysis::Comparison;
use wearout_core::finding::{Calibrate, Provenance, Rotate, Sensitivity, Worth};
use wearout_core::study::select::Selection;
use wearout_core::tally::Metric;

/// What a caption says of the run.
#[derive(Debug, Clone, Copy)]
pub struct Caption<'a> {
    /// Name of the scenario.
    pub scenario: &'a str,
    /// The question it answers; stands above the title.
    pub question: &'a str,
    /// Seed of the run.
    pub seed: u64,
    /// Replicates done; 0 where nothing was simulated.
    pub replicates: u64,
    /// Whether the run was interrupted.
    pub partial: bool,
}

impl<'a> Caption<'a> {
    /// What a caption says of a finding made so, about that question.
    pub fn of(made: &'a Provenance, question: &'a str) -> Caption<'a> {
        let Provenance { name, seed, replicates, partial, .. } = made;
        Caption { scenario: name, question, seed: *seed, replicates: *replicates, partial: *partial }
    }
}

/// Everything a chart is drawn from.
#[derive(Debug, Clone, Copy)]
struct Scene<'a> {
    /// The estimates.
    comparison: &'a Comparison,
    /// Metrics the verdict speaks of, first on the chart of differences.
    headline: &'a [&'static Metric],
    /// What the caption says.
    caption: &'a Caption<'a>,
}

/// A kind of chart. `key` is the stem of its files.
#[derive(Debug)]
pub struct Chart {
    /// Stem of its files and its name on the command line.
    pub key: &'static str,
    /// What it shows.
    pub title: &'static str,
    draw: fn(&Scene) -> Result<Option<Canvas>, Failure>,
}

/// Every kind of chart, in the order in which they are best read.
pub const CHARTS: &[Chart] = &[
    Chart {
        key: "forest",
        title: "paired differences from the baseline with 95 % intervals, of the mean and over plausible sets",
        draw: forest::draw,
    },
    Chart {
        key: "uncertainty",
        title: "where the uncertainty comes from: chance, parameters, Monte Carlo",
        draw: uncertainty::draw,
    },
    Chart {
        key: "open_by_day",
        title: "open rate by day, with the spread of single campaigns",
        draw: open_by_day::draw,
    },
    Chart {
        key: "people_by_day",
        title: "people by day: active, muted, left, blocked, unreachable",
        draw: people_by_day::draw,
    },
    Chart { key: "ban_by_day", title: "chance of having been limited or banned, by day", draw: ban_by_day::draw },
    Chart {
        key: "frequency",
        title: "purchases, profit, members kept and chance of a limit against posts a week",
        draw: frequency::draw,
    },
    Chart { key: "funnel", title: "from delivered to bought, per 1,000 delivered", draw: funnel::draw },
    Chart { key: "repeats", title: "what each further read of the same content does", draw: repeats::draw },
    Chart {
        key: "loss_distribution",
        title: "how churn differs from campaign to campaign",
        draw: loss_distribution::draw,
    },
];

/// A chart in both formats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// An SVG document whose texts are outlines.
    pub svg: String,
    /// A PNG file, two pixels to each logical one.
    pub png: Vec<u8>,
    /// The same for a page that sets the words around it.
    pub figure: Figure,
}

/// A chart as part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Stem of its files, its name on the page.
    pub key: &'static str,
    /// What it says.
    pub title: String,
    /// What is measured.
    pub about: String,
    /// What the marks mean.
    pub note: String,
    /// An SVG element whose texts are text and whose colours are those of `palette`.
    pub svg: String,
    /// Colours it is drawn in.
    pub colours: Vec<Colour>,
}

/// A chart that plotters could not draw.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the chart cannot be drawn: {0}")]
pub struct Failure(String);

/// The chart of a comparison; `None` where it would show nothing.
///
/// # Errors
/// When plotters refuses to draw.
pub fn render(
    chart: &Chart,
    comparison: &Comparison,
    headline: &[&'static Metric],
    caption: &Caption,
) -> Result<Option<Rendered>, Failure> {
    let canvas = (chart.draw)(&Scene { comparison, headline, caption })?;
    Ok(canvas.map(|canvas| rendered(&canvas, chart.key, chart.title)))
}

/// The charts of a calibration that show something, each with the stem of its files.
///
/// # Errors
/// When plotters refuses to draw.
pub fn calibrated(page: &Calibrate, caption: &Caption) -> Result<Vec<(&'static str, Rendered)>, Failure> {
    let drawn = [
        ("targets", "targets and how they are met", targets::draw(page, caption)?),
        ("contraction", "tuned quantities before and after", contraction::draw(page, caption)?),
        ("pairs", "tuned quantities that only move together", pairs::draw(page, caption)?),
    ];
    Ok(drawn.into_iter().filter_map(|(key, title, canvas)| Some((key, rendered(&canvas?, key, title)))).collect())
}

/// The charts of a sender's own test that show something, each with the stem of its files.
///
/// # Errors
/// When plotters refuses to draw.
pub fn analysed(page: &ab::analyze::Page, caption: &Caption) -> Result<Vec<(&'static str, Rendered)>, Failure> {
    let drawn = [
        (
            "differences",
            "differences from the control beside the zone of practical equality",
            differences::draw(page, caption)?,
        ),
        (
            "difference_by_day",
            "the difference day by day, with an interval that always holds",
            difference_by_day::draw(page, caption)?,
        ),
    ];
    Ok(drawn.into_iter().filter_map(|(key, title, canvas)| Some((key, rendered(&canvas?, key, title)))).collect())
}

/// The charts of a test's power that show something, each with the stem of its files.
///
/// # Errors
/// When plotters refuses to draw.
pub fn powered(page: &ab::power::Page, caption: &Caption) -> Result<Vec<(&'static str, Rendered)>, Failure> {
    let drawn = [("power", "power of a test against groups, effect and duration", power::draw(page, caption)?)];
    Ok(drawn.into_iter().filter_map(|(key, title, canvas)| Some((key, rendered(&canvas?, key, title)))).collect())
}

/// The charts of a test's design that show something, each with the stem of its files.
///
/// # Errors
/// When plotters refuses to draw.
pub fn designed(page: &ab::design::Page, caption: &Caption) -> Result<Vec<(&'static str, Rendered)>, Failure> {
    let drawn = [
        ("effect", "what the arms differ by, by day and by read", effect::draw(page, caption)?),
        ("tradeoff", "conversion against churn, test by test", tradeoff::draw(page, caption)?),
    ];
    Ok(drawn.into_iter().filter_map(|(key, title, canvas)| Some((key, rendered(&canvas?, key, title)))).collect())
}

/// The charts of whether a test pays that show something, each with the stem of its files.
///
/// # Errors
/// When plotters refuses to draw.
pub fn weighed(page: &Worth, caption: &Caption) -> Result<Vec<(&'static str, Rendered)>, Failure> {
    let drawn = [("worth", "net gain of a test against its size and duration", worth::draw(page, caption)?)];
    Ok(drawn.into_iter().filter_map(|(key, title, canvas)| Some((key, rendered(&canvas?, key, title)))).collect())
}

/// The charts of a rotation that show something, each with the stem of its files.
///
/// # Errors
/// When plotters refuses to draw.
pub fn rotated(page: &Rotate, caption: &Caption) -> Result<Vec<(&'static str, Rendered)>, Failure> {
    let drawn = [
        ("calendar", "which content each policy sends when", calendar::draw(page, caption)?),
        ("regret", "how far each policy stays behind the best, post by post", regret::draw(page, caption)?),
    ];
    Ok(drawn.into_iter().filter_map(|(key, title, canvas)| Some((key, rendered(&canvas?, key, title)))).collect())
}

/// The charts of a sensitivity analysis that show something, each with the stem of its files.
///
/// # Errors
/// When plotters refuses to draw.
pub fn varied(page: &Sensitivity, caption: &Caption) -> Result<Vec<(&'static str, Rendered)>, Failure> {
    let drawn = [
        (
            "tornado",
            "what each factor alone does to a figure, at both ends of its range",
            tornado::draw(page, caption)?,
        ),
        (
            "indices",
            "Sobol' indices: the share of variance that each factor explains, alone and with the others",
            indices::draw(page, caption)?,
        ),
    ];
    Ok(drawn.into_iter().filter_map(|(key, title, canvas)| Some((key, rendered(&canvas?, key, title)))).collect())
}

/// The chart of a race of plans, `race`.
///
/// # Errors
/// When plotters refuses to draw.
pub fn raced(race: &Selection, caption: &Caption) -> Result<Vec<(&'static str, Rendered)>, Failure> {
    let title = "how plans fell behind the leader and were dropped";
    Ok(race::draw(race, caption)?.map(|canvas| ("race", rendered(&canvas, "race", title))).into_iter().collect())
}

/// A drawn canvas in every format.
fn rendered(canvas: &Canvas, key: &'static str, title: &str) -> Rendered {
    Rendered {
        svg: svg::svg(canvas, title, &words_on(&canvas.shapes)),
        png: raster::png(canvas),
        figure: figure(canvas, key),
    }
}

fn figure(canvas: &Canvas, key: &'static str) -> Figure {
    let (title, about, note, first) = canvas.frame.as_ref().map_or_else(Default::default, |frame| {
        (frame.title.clone(), frame.about.clone(), frame.note.clone(), frame.first)
    });
    let shapes = &canvas.shapes[first..];
    let colours: BTreeSet<Colour> = shapes.iter().map(|shape| Colour::of(shape.colour())).collect();
    let svg = svg::plot(canvas, key, &words_on(shapes));
    Figure { key, title, about, note, svg, colours: colours.into_iter().collect() }
}

/// Everything that can be read on the canvas, for those who cannot see it.
fn words_on(shapes: &[Shape]) -> String {
    let words = shapes.iter().filter_map(Shape::text).map(|text| text.words.as_str());
    words.collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod gallery;
#[cfg(test)]
mod gallery_of_analyses;
#[cfg(test)]
mod gallery_of_rotations;
