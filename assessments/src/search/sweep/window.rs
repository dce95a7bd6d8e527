//! A window of documents: which of them match, as bits, and their scores. What is done with a window costs by its matches
//! and not by its width, since most words stand in few texts.

/// Documents of a window: its arrays stay in the processor's cache.
pub const WINDOW: usize = 4_096;
const WORDS: usize = WINDOW / 64;

/// Which documents of a window; the first one is the lowest bit of the first word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bits([u64; WORDS]);

impl Bits {
    /// None.
    pub const NONE: Bits = Bits([0; WORDS]);

    /// The first so many, at most a window.
    pub fn first(many: usize) -> Bits {
        let mut bits = Bits::NONE;
        for (n, word) in bits.0.iter_mut().enumerate() {
            *word = match many.saturating_sub(n * 64) {
                0 => 0,
                left if left < 64 => (1 << left) - 1,
                _ => u64::MAX,
            };
        }
        bits
    }

    /// Whether one is among them.
    #[inline]
    pub fn has(&self, at: usize) -> bool {
        self.0[at / 64 % WORDS] & (1 << (at % 64)) != 0
    }

    /// Adds one.
    #[inline]
    pub fn add(&mut self, at: usize) {
        self.0[at / 64 % WORDS] |= 1 << (at % 64);
    }

    /// Keeps those that stand in the other as well.
    pub fn keep(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
    }

    /// Takes away those that stand in the other.
    pub fn without(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= !b);
    }

    /// How many there are.
    pub fn many(&self) -> usize {
        self.0.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|w| *w == 0)
    }

    /// Whether the first so many are all among them; more than a window are not asked for.
    pub fn has_first(&self, many: usize) -> bool {
        let (full, rest) = (many / 64, many % 64);
        let last = (1 << rest) - 1;
        self.0.iter().take(full).all(|w| *w == u64::MAX) && self.0.get(full).is_none_or(|w| w & last == last)
    }

    /// The first one from here on.
    pub fn after(&self, at: usize) -> Option<usize> {
        let first = self.0.get(at / 64)? & (u64::MAX << (at % 64));
        if first != 0 {
            return Some(at / 64 * 64 + first.trailing_zeros() as usize);
        }
        let mut later = self.0.iter().enumerate().skip(at / 64 + 1);
        later.find(|(_, word)| **word != 0).map(|(n, word)| n * 64 + word.trailing_zeros() as usize)
    }

    /// Each, in order.
    #[inline]
    pub fn each(&self, mut work: impl FnMut(usize)) {
        for (n, word) in self.0.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                work(n * 64 + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
    }
}

/// Matches with their scores, none below 0. Where no bit stands the score is 0, so that adding one asks nothing.
pub struct Window {
    /// What matches.
    pub bits: Bits,
    scores: Box<[f32; WINDOW]>,
}

impl Default for Window {
    fn default() -> Window {
        Window { bits: Bits::NONE, scores: Box::new([0.0; WINDOW]) }
    }
}

impl Window {
    /// A match's score.
    #[inline]
    pub fn score(&self, at: usize) -> f32 {
        self.scores[at % WINDOW]
    }

    /// A match's score, for changing it.
    #[inline]
    pub fn of(&mut self, at: usize) -> &mut f32 {
        &mut self.scores[at % WINDOW]
    }

    /// Adds to a match's score, or makes it a match.
    #[inline]
    pub fn plus(&mut self, at: usize, score: f32) {
        self.bits.add(at);
        *self.of(at) += score;
    }

    /// The better of two scores.
    #[inline]
    pub fn better(&mut self, at: usize, score: f32) {
        self.bits.add(at);
        let slot = self.of(at);
        // Not `max`, which asks whether either is no number.
        *slot = if score > *slot { score } else { *slot };
    }

    /// Keeps those matches alone.
    pub fn keep(&mut self, other: &Bits) {
        let mut gone = self.bits.clone();
        gone.without(other);
        self.without(&gone);
    }

    /// Takes matches away.
    pub fn without(&mut self, other: &Bits) {
        let mut gone = self.bits.clone();
        gone.keep(other);
        self.bits.without(&gone);
        gone.each(|at| *self.of(at) = 0.0);
    }

    /// Forgets every match.
    pub fn clear(&mut self) {
        let gone = std::mem::replace(&mut self.bits, Bits::NONE);
        gone.each(|at| *self.of(at) = 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn listed(bits: &Bits) -> Vec<usize> {
        let mut out = Vec::new();
        bits.each(|at| out.push(at));
        out
    }

    #[test]
    fn the_first_are_as_many_as_asked_for() {
        for many in [0, 1, 63, 64, 65, 127, 128, WINDOW - 1, WINDOW, WINDOW + 9] {
            assert_eq!(listed(&Bits::first(many)), (0..many.min(WINDOW)).collect::<Vec<_>>());
            assert!(Bits::first(many).has_first(many.min(WINDOW)));
            assert!(many >= WINDOW || !Bits::first(many).has_first(many + 1));
        }
    }

    #[test]
    fn what_is_gone_leaves_no_score_behind() {
        let mut window = Window::default();
        window.plus(7, 2.0);
        window.plus(7, 3.0);
        assert_eq!(window.score(7), 5.0);
        window.clear();
        window.better(7, 1.0);
        window.better(7, 0.5);
        assert_eq!((window.score(7), listed(&window.bits)), (1.0, vec![7]));
        window.plus(8, 4.0);
        let mut seven = Bits::NONE;
        seven.add(7);
        window.keep(&seven);
        window.plus(8, 0.25);
        assert_eq!((window.score(7), window.score(8)), (1.0, 0.25));
        window.without(&seven);
        assert_eq!((window.score(7), listed(&window.bits)), (0.0, vec![8]));
    }

    proptest! {
        #[test]
        fn bits_are_a_set(a in prop::collection::btree_set(0..WINDOW, 0..60), b in prop::collection::btree_set(0..WINDOW, 0..60)) {
            let of = |set: &std::collections::BTreeSet<usize>| {
                let mut bits = Bits::NONE;
                set.iter().for_each(|at| bits.add(*at));
                bits
            };
            let (mut both, mut rest) = (of(&a), of(&a));
            both.keep(&of(&b));
            rest.without(&of(&b));
            prop_assert_eq!(listed(&both), a.intersection(&b).copied().collect::<Vec<_>>());
            prop_assert_eq!(listed(&rest), a.difference(&b).copied().collect::<Vec<_>>());
            let at = a.first().copied().unwrap_or(0);
            for from in [0, at, at + 1, WINDOW - 1, WINDOW] {
                prop_assert_eq!(of(&b).after(from), b.range(from..).next().copied());
            }
            prop_assert_eq!(both.is_empty(), a.is_disjoint(&b));
            prop_assert!(b.iter().all(|at| !rest.has(*at) || a.contains(at)));
        }
    }
}
