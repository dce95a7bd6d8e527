//! What a query may cost, however it is made.

use super::{MAX_LOOSE, MAX_NEEDLES, MAX_SAID, MAX_WAYS, Plan, Planner, Way};
use crate::search::needles::Needle;

impl Planner<'_> {
    /// However a query is made, what it costs has bounds: parts of words go first, those that most texts have before others.
    pub(super) fn bound(&self, plan: &mut Plan) {
        let mut needles: Vec<Needle> = Vec::new();
        for needle in plan.needles.drain(..) {
            if needles.len() < MAX_NEEDLES && !needles.contains(&needle) {
                needles.push(needle);
            }
        }
        plan.needles = needles;
        plan.said.truncate(MAX_SAID);
        // Beginnings and synonyms bring ways of their own; the best come first.
        let most = (MAX_WAYS / self.words.get().max(1)).max(8);
        plan.each(&mut |unit| unit.ways.truncate(most));
        if !self.parts {
            return;
        }
        let costs = |way: &Way| way.terms.iter().map(|t| self.holdings.frequency(way.field, t)).min().unwrap_or(0);
        let mut loose: Vec<u64> = Vec::new();
        plan.each(&mut |unit| loose.extend(unit.loose.iter().map(costs)));
        loose.sort_unstable();
        let room = MAX_WAYS.saturating_sub(plan.ways());
        let mut sum = 0;
        let fits = loose.iter().take(room).take_while(|cost| {
            sum += **cost;
            sum <= MAX_LOOSE
        });
        let most = fits.last().copied();
        // Those of one cost are cut as well, where there is room for a part of them.
        let (mut left, mut sum) = (room, 0);
        plan.each(&mut |unit| {
            unit.loose.retain(|way| {
                let cost = costs(way);
                let fits = most.is_some_and(|most| cost <= most) && left > 0 && sum + cost <= MAX_LOOSE;
                if fits {
                    left -= 1;
                    sum += cost;
                }
                fits
            });
        });
    }
}
