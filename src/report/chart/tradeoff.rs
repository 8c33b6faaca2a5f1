//! Conversion against churn, a dot for every simulated test and arm, with the chance that the platform acts beside it.

use crate::report::ab::design::Page;
use crate::report::ab::percent as of_tests;
use crate::report::number::short;

use super::axis::Axis;
use super::canvas::Canvas;
use super::sheet::{Drawn, Head, Sheet, compose};
use super::style::{INK, LABEL, NOTE, PAPER, Rect, SIDES};
use super::words::percent;
use super::{Caption, Failure};

/// Dots of an arm that still make a cloud and not a blot.
const MOST_DOTS: usize = 400;

pub(super) fn draw(page: &Page, caption: &Caption) -> Result<Option<Canvas>, Failure> {
    let clouds = &page.found.clouds;
    if clouds.iter().any(Vec::is_empty) {
        return Ok(None);
    }
    let names = [page.contest.control(), page.contest.treated()];
    let [control, treated] = clouds.each_ref().map(|cloud| middle(cloud));
    let more = if treated.0 >= control.0 { "more" } else { "less" };
    let loses = if treated.1 >= control.1 { "more" } else { "fewer" };
    let head = Head {
        title: format!(
            "{} sells {more} than {} ({} against {} of members buy) and loses {loses} ({} against {})",
            names[1],
            names[0],
            percent(treated.0),
            percent(control.0),
            percent(treated.1),
            percent(control.1)
        ),
        subtitle: format!(
            "Conversion against churn at the end of {} days, a dot for every simulated test",
            page.contest.trial.days
        ),
        note: format!("rings: means; {}", account(page)),
    };
    compose(caption, &head, 360.0, |sheet, plot| scatter(sheet, plot, clouds, names))
}

/// The account is one: its risk belongs to the test, not to an arm.
fn account(page: &Page) -> String {
    let risks = page.found.account.iter().map(|account| {
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

fn middle(cloud: &[(f64, f64)]) -> (f64, f64) {
    let n = cloud.len() as f64;
    (cloud.iter().map(|dot| dot.0).sum::<f64>() / n, cloud.iter().map(|dot| dot.1).sum::<f64>() / n)
}

fn scatter(sheet: &Sheet, plot: Rect, clouds: &[Vec<(f64, f64)>; 2], names: [&str; 2]) -> Drawn {
    let most = |of: fn(&(f64, f64)) -> f64| clouds.iter().flatten().map(of).fold(0.0, f64::max);
    let (x, y) = (Axis::shares(most(|dot| dot.1), 6), Axis::shares(most(|dot| dot.0), 5));
    let entries = [(names[0], SIDES[0]), (names[1], SIDES[1])];
    sheet.key((plot.left, plot.top + 8.0), &entries)?;
    let rect = plot.inset(y.room(), 52.0, 16.0, 48.0);
    sheet.text("bought through a post", (plot.left, rect.top - 16.0), NOTE)?;
    sheet.text("left, blocked or muted", (rect.centre().0, plot.bottom - 8.0), NOTE.centred())?;
    let panel = sheet.panel(rect, &x, &y)?;
    for (cloud, colour) in clouds.iter().zip(SIDES) {
        let step = cloud.len().div_ceil(MOST_DOTS);
        for dot in cloud.iter().step_by(step) {
            sheet.dot(
                panel.place((dot.1, dot.0)),
                2.0,
                plotters::style::RGBAColor(colour.0, colour.1, colour.2, 0.35),
            )?;
        }
    }
    for (arm, cloud) in clouds.iter().enumerate() {
        let (conversion, churn) = middle(cloud);
        let place = panel.place((churn, conversion));
        for (radius, colour) in [(7.0, INK), (5.5, PAPER), (4.0, SIDES[arm])] {
            sheet.dot(place, radius, colour)?;
        }
        sheet.text(names[arm], (place.0 + 11.0, place.1 - 10.0), LABEL)?;
    }
    Ok(())
}
