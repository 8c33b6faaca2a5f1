//! Conversion against churn, a dot for every simulated test and arm, with the chance that the platform acts beside it.

use wearout_core::finding::Design;
use wearout_core::study::ab::design::Trade;

use crate::number::short;
use crate::tested::percent as of_tests;

use super::Caption;
use super::axis::Axis;
use super::canvas::Canvas;
use super::sheet::{Head, Sheet, compose};
use super::style::{INK, NOTE, PAPER, Rect, SIDES};
use super::words::{percent, sentence};

/// Dots of an arm that still make a cloud and not a blot.
const MOST_DOTS: usize = 400;

pub(super) fn draw(design: &Design, caption: &Caption) -> Option<Canvas> {
    let Some(trade) = &design.found.trade else { return None };
    let names = [design.test.control.as_str(), design.test.arm.as_str()];
    let [control, treated] = trade.means;
    let differs = |metric: &str, side: i8| match side {
        1 => format!("higher {metric}"),
        -1 => format!("lower {metric}"),
        _ => format!("{metric} not told apart"),
    };
    let head = Head {
        title: sentence(&format!(
            "{} against {}: {} ({} against {}), {} ({} against {})",
            names[1],
            names[0],
            differs("conversion", trade.differences.0.side()),
            percent(treated.0.estimate),
            percent(control.0.estimate),
            differs("churn", trade.differences.1.side()),
            percent(treated.1.estimate),
            percent(control.1.estimate)
        )),
        subtitle: format!(
            "Conversion against churn at the end of {} days, a dot for every simulated test",
            design.test.days
        ),
        note: format!("rings: means; {}", account(design)),
    };
    Some(compose(caption, &head, 360.0, |sheet, plot| scatter(sheet, plot, trade, names)))
}

/// The account is one: its risk belongs to the test, not to an arm.
fn account(design: &Design) -> String {
    let risks = design.found.account.iter().map(|account| {
        format!(
            "{} limited and {} banned at an enforcement of {}",
            of_tests(account.limited),
            of_tests(account.banned),
            short(account.enforce_prob)
        )
    });
    let risks: Vec<String> = risks.collect();
    format!("the account, which both arms share: {}", risks.join("; "))
}

fn scatter(sheet: &Sheet, plot: Rect, trade: &Trade, names: [&str; 2]) {
    let clouds = &trade.tests;
    let most = |of: fn(&(f64, f64)) -> f64| clouds.iter().flatten().map(of).fold(0.0, f64::max);
    let (x, y) = (Axis::shares(most(|dot| dot.1), 6), Axis::shares(most(|dot| dot.0), 5));
    let entries = [(names[0], SIDES[0]), (names[1], SIDES[1])];
    sheet.key((plot.left, plot.top + 8.0), &entries);
    let rect = plot.inset(y.room(), 52.0, 16.0, 48.0);
    sheet.text("bought through a post", (plot.left, rect.top - 16.0), NOTE);
    sheet.text("left, blocked or muted", (rect.centre().0, plot.bottom - 8.0), NOTE.centred());
    let panel = sheet.panel(rect, &x, &y);
    for (cloud, colour) in clouds.iter().zip(SIDES) {
        let step = cloud.len().div_ceil(MOST_DOTS);
        for dot in cloud.iter().step_by(step) {
            sheet.dot(panel.place((dot.1, dot.0)), 2.0, plotters::style::RGBAColor(colour.0, colour.1, colour.2, 0.35));
        }
    }
    for (arm, (conversion, churn)) in trade.means.iter().enumerate() {
        let place = panel.place((churn.estimate, conversion.estimate));
        for (radius, colour) in [(7.0, INK), (5.5, PAPER), (4.0, SIDES[arm])] {
            sheet.dot(place, radius, colour);
        }
    }
}
