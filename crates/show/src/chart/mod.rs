//! Charts: pictures of what a study found, as SVG and PNG from the same drawing.
//!
//! Comes in: a [`Subject`], which is what a study found, and what its caption must say. Goes out: [`Rendered`] bytes, or nothing where there
//! is nothing to show. Letters that the embedded font lacks are borrowed from fonts that the program finds. No file is touched and no
//! estimate made here; a chart is one file and one row of [`CHARTS`].

mod axis;
mod ban_by_day;
mod calendar;
mod canvas;
mod caption;
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
mod nearness;
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

use rayon::prelude::*;
use wearout_core::analysis::trial::TrialAnalysis;
use wearout_core::analysis::{Comparison, Verdict};
use wearout_core::finding::{Calibrate, Design, Evidence, Power, Rotate, Sensitivity, Worth};
use wearout_core::study::select::Selection;

use crate::File;

pub use caption::Caption;
pub use colour::{Colour, plan_colours};
pub use font::{FONTS, Finder, borrow_letters, has_letter};

use canvas::{Canvas, Shape};

/// What charts are drawn from: one variant a study.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A comparison of plans and its verdict.
    Run(&'a Comparison, &'a Verdict),
    /// A race of plans.
    Select(&'a Selection),
    /// A sensitivity analysis.
    Sensitivity(&'a Sensitivity),
    /// A calibration.
    Calibrate(&'a Calibrate),
    /// A sender's own test.
    Analyze(&'a TrialAnalysis),
    /// A test's power.
    Power(&'a Power),
    /// A test's design.
    Design(&'a Design),
    /// Whether a test pays.
    Worth(&'a Worth),
    /// A rotation of contents.
    Rotate(&'a Rotate),
    /// What a fit reproduces of both ledgers.
    Evidence(&'a Evidence),
}

/// A comparison as its charts see it.
#[derive(Debug, Clone, Copy)]
struct Scene<'a> {
    /// The estimates.
    comparison: &'a Comparison,
    /// What was decided; the metrics it speaks of come first on the chart of differences.
    verdict: &'a Verdict,
    /// What the caption says.
    caption: &'a Caption<'a>,
}

/// How a chart is drawn: from the subject of the same name; nothing where it would show nothing.
#[derive(Debug, Clone, Copy)]
enum Draw {
    Run(fn(&Scene) -> Option<Canvas>),
    Select(fn(&Selection, &Caption) -> Option<Canvas>),
    Sensitivity(fn(&Sensitivity, &Caption) -> Option<Canvas>),
    Calibrate(fn(&Calibrate, &Caption) -> Option<Canvas>),
    Analyze(fn(&TrialAnalysis, &Caption) -> Option<Canvas>),
    Power(fn(&Power, &Caption) -> Option<Canvas>),
    Design(fn(&Design, &Caption) -> Option<Canvas>),
    Worth(fn(&Worth, &Caption) -> Option<Canvas>),
    Rotate(fn(&Rotate, &Caption) -> Option<Canvas>),
    Evidence(fn(&Evidence, &Caption) -> Option<Canvas>),
}

/// A kind of chart.
#[derive(Debug)]
pub struct Chart {
    /// Stem of its files and its name on the command line.
    pub key: &'static str,
    /// What it shows.
    pub title: &'static str,
    draw: Draw,
}

impl Chart {
    const fn new(key: &'static str, title: &'static str, draw: Draw) -> Chart {
        Chart { key, title, draw }
    }

    /// The command that draws it.
    pub fn command(&self) -> &'static str {
        match self.draw {
            Draw::Run(_) => "run",
            Draw::Select(_) => "run --select",
            Draw::Sensitivity(_) => "sensitivity",
            Draw::Calibrate(_) => "calibrate",
            Draw::Analyze(_) => "ab analyze",
            Draw::Power(_) => "ab power",
            Draw::Design(_) => "ab design",
            Draw::Worth(_) => "ab worth",
            Draw::Rotate(_) => "ab rotate",
            Draw::Evidence(_) => "evidence",
        }
    }

    /// The picture; `None` where it would show nothing, or is a picture of something else.
    fn canvas(&self, subject: Subject, caption: &Caption) -> Option<Canvas> {
        match (self.draw, subject) {
            (Draw::Run(draw), Subject::Run(comparison, verdict)) => draw(&Scene { comparison, verdict, caption }),
            (Draw::Select(draw), Subject::Select(race)) => draw(race, caption),
            (Draw::Sensitivity(draw), Subject::Sensitivity(page)) => draw(page, caption),
            (Draw::Calibrate(draw), Subject::Calibrate(page)) => draw(page, caption),
            (Draw::Analyze(draw), Subject::Analyze(page)) => draw(page, caption),
            (Draw::Power(draw), Subject::Power(page)) => draw(page, caption),
            (Draw::Design(draw), Subject::Design(page)) => draw(page, caption),
            (Draw::Worth(draw), Subject::Worth(page)) => draw(page, caption),
            (Draw::Rotate(draw), Subject::Rotate(page)) => draw(page, caption),
            (Draw::Evidence(draw), Subject::Evidence(page)) => draw(page, caption),
            _ => None,
        }
    }
}

/// Every chart of every command, in the order in which they are best read.
pub const CHARTS: &[Chart] = &[
    Chart::new(
        "forest",
        "paired differences from the baseline with 95 % intervals, of the mean and over plausible sets",
        Draw::Run(forest::draw),
    ),
    Chart::new(
        "uncertainty",
        "where the uncertainty comes from: chance, parameters, Monte Carlo",
        Draw::Run(uncertainty::draw),
    ),
    Chart::new("open_by_day", "open rate by day, with the spread of single campaigns", Draw::Run(open_by_day::draw)),
    Chart::new(
        "people_by_day",
        "people by day: active, muted, left, blocked, unreachable",
        Draw::Run(people_by_day::draw),
    ),
    Chart::new("ban_by_day", "chance of having been limited or banned, by day", Draw::Run(ban_by_day::draw)),
    Chart::new(
        "frequency",
        "purchases, profit, members kept and chance of a limit against posts a week",
        Draw::Run(frequency::draw),
    ),
    Chart::new("funnel", "from delivered to bought, per 1,000 delivered", Draw::Run(funnel::draw)),
    Chart::new("repeats", "what each further read of the same content does", Draw::Run(repeats::draw)),
    Chart::new("loss_distribution", "how churn differs from campaign to campaign", Draw::Run(loss_distribution::draw)),
    Chart::new("race", "how plans fell behind the leader and were dropped", Draw::Select(race::draw)),
    Chart::new(
        "tornado",
        "what each factor alone does to a figure, at both ends of its range",
        Draw::Sensitivity(tornado::draw),
    ),
    Chart::new(
        "indices",
        "Sobol' indices: the share of variance that each factor explains, alone and with the others",
        Draw::Sensitivity(indices::draw),
    ),
    Chart::new("targets", "targets and how they are met", Draw::Calibrate(targets::draw)),
    Chart::new("contraction", "tuned quantities before and after", Draw::Calibrate(contraction::draw)),
    Chart::new("pairs", "tuned quantities that only move together", Draw::Calibrate(pairs::draw)),
    Chart::new("effect", "difference of a test's arms, by day and by read", Draw::Design(effect::draw)),
    Chart::new("tradeoff", "conversion against churn, test by test", Draw::Design(tradeoff::draw)),
    Chart::new("power", "power of a test against groups, effect and duration", Draw::Power(power::draw)),
    Chart::new(
        "differences",
        "differences from the control beside the zone of practical equality",
        Draw::Analyze(differences::draw),
    ),
    Chart::new(
        "difference_by_day",
        "the difference day by day, with an interval that always holds",
        Draw::Analyze(difference_by_day::draw),
    ),
    Chart::new("worth", "net gain of a test against its size and duration", Draw::Worth(worth::draw)),
    Chart::new("calendar", "which content each policy sends when", Draw::Rotate(calendar::draw)),
    Chart::new("regret", "how far each policy stays behind the best, post by post", Draw::Rotate(regret::draw)),
    Chart::new(
        "evidence",
        "claims of the article and what the model makes of them",
        Draw::Evidence(|of, caption| evidence::draw(&of.card, of.fit, caption)),
    ),
    Chart::new(
        "patterns",
        "patterns of field studies and what the model makes of them",
        Draw::Evidence(|of, caption| patterns::draw(&of.patterns, of.fit, &caption.of_patterns(of))),
    ),
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

impl Rendered {
    /// Its two files, and what a page shows of it.
    pub fn into_parts(self) -> ([File; 2], Figure) {
        let name = |ending| format!("{}.{ending}", self.figure.key);
        let files = [(name("svg"), self.svg.into_bytes()), (name("png"), self.png)];
        (files.map(|(name, bytes)| File { name, bytes }), self.figure)
    }
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

/// The chart of a subject; `None` where it would show nothing, or is a chart of another study.
pub fn render(chart: &Chart, subject: Subject, caption: &Caption) -> Option<Rendered> {
    let canvas = chart.canvas(subject, caption)?;
    Some(Rendered {
        svg: svg::svg(&canvas, chart.title, &words_on(&canvas.shapes)),
        png: raster::png(&canvas),
        figure: figure(&canvas, chart.key),
    })
}

/// Every chart of a subject that shows something, in the order of [`CHARTS`]; drawn in parallel.
pub fn drawn(subject: Subject, caption: &Caption) -> Vec<Rendered> {
    CHARTS.par_iter().filter_map(|chart| render(chart, subject, caption)).collect()
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
