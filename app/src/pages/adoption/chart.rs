//! Charts of what reuse saved, drawn on the server. What they show stands in tables beside them as well.

use crate::words::adoption;
use assessments::adoption::{Effort, Saving};
use assessments::lang::Lang;
use leptos::prelude::*;

/// Width of both charts, in their own units.
const WIDTH: f64 = 440.0;
/// Room at the left for names and scales.
const LEFT: f64 = 118.0;
/// Height of one service's pair of bars.
const ROW: f64 = 44.0;
/// Most services in the chart; all are in the table.
const MOST: usize = 15;

/// A number of hours: no more digits than it has.
pub fn shown(hours: f64) -> String {
    if hours.fract() == 0.0 { format!("{hours:.0}") } else { format!("{hours:.1}") }
}

/// The end of a scale: one, two or five, and zeros.
fn nice(most: f64) -> f64 {
    let most = most.max(1.0);
    let ten = 10f64.powf(most.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * ten).find(|end| *end >= most).unwrap_or(most)
}

/// Effort with and without reuse, a pair of bars a service.
pub fn bars(lang: Lang, efforts: &[Effort]) -> impl IntoView + use<> {
    let w = adoption(lang);
    let shown_efforts = &efforts[..efforts.len().min(MOST)];
    let end = nice(shown_efforts.iter().map(|e| e.alone.max(e.reuse)).fold(0.0, f64::max));
    let wide = |hours: f64| (WIDTH - LEFT - 60.0) * hours / end;
    let height = ROW * shown_efforts.len() as f64 + 10.0;
    let rows = shown_efforts.iter().enumerate().map(|(n, e)| {
        let top = ROW * n as f64 + 6.0;
        let name: String = e.name.get(lang).chars().take(14).collect();
        let bar = |kind: &'static str, y: f64, hours: f64| {
            view! {
                <rect class=kind x=LEFT.to_string() y=y.to_string() width=format!("{:.1}", wide(hours).max(1.0)) height="14"></rect>
                <text class="value" x=format!("{:.1}", LEFT + wide(hours) + 6.0) y=(y + 11.5).to_string()>{shown(hours)}</text>
            }
        };
        view! {
            <g><text x=(LEFT - 8.0).to_string() y=(top + 19.0).to_string() text-anchor="end">{name}</text>
                {bar("reuse", top, e.reuse)}{bar("alone", top + 17.0, e.alone)}</g>
        }
    });
    let rows = rows.collect_view();
    view! {
        <figure class="chart">
            <figcaption>{w.saving_by_service}" "<span class="key reuse">{w.with_reuse}</span>" "<span class="key alone">{w.alone}</span></figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {height}") role="img" aria-label=w.saving_by_service>{rows}</svg>
        </figure>
    }
}

/// What was saved in sum, month by month.
pub fn line(lang: Lang, saving: &Saving) -> impl IntoView + use<> {
    let w = adoption(lang);
    let (height, bottom, left) = (200.0, 160.0, 44.0);
    let most = nice(saving.months.iter().map(|m| m.total).fold(0.0, f64::max));
    let least = saving.months.iter().map(|m| m.total).fold(0.0, f64::min);
    let (count, right) = (saving.months.len(), WIDTH - 44.0);
    let x =
        |n: usize| if count < 2 { (left + right) / 2.0 } else { left + (right - left) * n as f64 / (count - 1) as f64 };
    let y = |total: f64| bottom - (bottom - 20.0) * (total - least) / (most - least).max(1.0);
    let points: Vec<String> =
        saving.months.iter().enumerate().map(|(n, m)| format!("{:.1},{:.1}", x(n), y(m.total))).collect();
    // At most six months are named, and always the last.
    let every = count.div_ceil(6).max(1);
    let marks = saving.months.iter().enumerate().map(|(n, m)| {
        let named = (count - 1 - n) % every == 0;
        view! {
            <circle cx=format!("{:.1}", x(n)) cy=format!("{:.1}", y(m.total)) r="4"></circle>
            {named.then(|| view! {
                <text class="value" x=format!("{:.1}", x(n)) y=format!("{:.1}", y(m.total) - 10.0) text-anchor="middle">{shown(m.total)}</text>
                <text x=format!("{:.1}", x(n)) y=(bottom + 22.0).to_string() text-anchor="middle">{m.month.clone()}</text>
            })}
        }
    });
    let marks = marks.collect_view();
    view! {
        <figure class="chart">
            <figcaption>{w.saving_over_time}</figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {height}") role="img" aria-label=w.saving_over_time>
                <path class="axis" d=format!("M {left} {:.1} H {right}", y(0.0))></path>
                <polyline points=points.join(" ")></polyline>{marks}
            </svg>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_round_number_above_everything() {
        for (most, end) in [(0.0, 1.0), (7.0, 10.0), (10.0, 10.0), (11.0, 20.0), (34.5, 50.0), (180.0, 200.0)] {
            assert!((nice(most) - end).abs() < 1e-9, "{most}");
        }
        assert_eq!((shown(3.0), shown(3.25)), ("3".into(), "3.2".into()));
    }
}
