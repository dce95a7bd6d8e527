//! A bounded store: what was not asked for the longest time goes first.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

/// Values by key, bounded by their number and their bytes.
pub struct Recent<K, V> {
    known: HashMap<K, Slot<V>>,
    bytes: usize,
    clock: u64,
    most: usize,
    most_bytes: usize,
}

struct Slot<V> {
    value: V,
    bytes: usize,
    asked: u64,
}

/// What is kept no more. Whoever holds a lock drops it afterwards: thousands of texts take a millisecond to give back.
#[must_use = "to be dropped without the lock"]
pub struct Forgotten<V>(#[allow(dead_code)] Vec<V>);

impl<K: Eq + Hash, V> Recent<K, V> {
    /// A store of at most so many values, of at most so many bytes together.
    pub fn new(most: usize, most_bytes: usize) -> Recent<K, V> {
        Recent { known: HashMap::new(), bytes: 0, clock: 0, most, most_bytes }
    }

    /// A value, which counts as asked for now.
    pub fn get(&mut self, key: &K) -> Option<&V> {
        self.clock += 1;
        let slot = self.known.get_mut(key)?;
        slot.asked = self.clock;
        Some(&slot.value)
    }

    /// Puts a value of so many bytes in the place of what was there.
    pub fn put(&mut self, key: K, value: V, bytes: usize) -> Forgotten<V> {
        self.clock += 1;
        self.bytes += bytes;
        let slot = Slot { value, bytes, asked: self.clock };
        let mut forgotten = Vec::new();
        match self.known.entry(key) {
            Entry::Vacant(place) => {
                place.insert(slot);
            }
            Entry::Occupied(mut place) => {
                let old = place.insert(slot);
                self.bytes -= old.bytes;
                forgotten.push(old.value);
            }
        }
        if self.bytes > self.most_bytes || self.known.len() > self.most {
            forgotten.extend(self.forget_oldest());
        }
        Forgotten(forgotten)
    }

    /// Forgets a quarter, so that the oldest need not be looked for each time.
    fn forget_oldest(&mut self) -> Vec<V> {
        let mut all: Vec<(u64, usize)> = self.known.values().map(|slot| (slot.asked, slot.bytes)).collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        let mut sum = 0;
        let fits = all.iter().take(self.most / 4 * 3).take_while(|(_, bytes)| {
            sum += bytes;
            sum <= self.most_bytes / 4 * 3
        });
        let oldest = fits.last().map_or(u64::MAX, |(asked, _)| *asked);
        let old = self.known.extract_if(|_, slot| slot.asked < oldest);
        let forgotten = old.map(|(_, slot)| (slot.value, slot.bytes)).collect::<Vec<_>>();
        self.bytes -= forgotten.iter().map(|(_, bytes)| bytes).sum::<usize>();
        forgotten.into_iter().map(|(value, _)| value).collect()
    }

    /// Forgets what does not fit.
    pub fn retain(&mut self, mut fits: impl FnMut(&K) -> bool) -> Forgotten<V> {
        let bytes = &mut self.bytes;
        let gone = self.known.extract_if(|key, _| !fits(key));
        Forgotten(gone.map(|(_, slot)| (slot.value, *bytes -= slot.bytes).0).collect())
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    #[cfg(test)]
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.known.values_mut().map(|slot| &mut slot.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_kept_is_bounded_counted_and_the_newest(puts in prop::collection::vec((0..40_u8, 0..30_usize, any::<bool>()), 0..200)) {
            let mut store = Recent::new(16, 200);
            let mut order: Vec<u8> = Vec::new();
            for (key, bytes, put) in puts {
                if put || store.get(&key).is_some() {
                    order.retain(|k| *k != key);
                    order.push(key);
                }
                if put {
                    drop(store.put(key, key, bytes));
                    let newest = &order[order.len() - store.len()..];
                    prop_assert!(newest.iter().all(|k| store.known.contains_key(k)));
                    order = newest.to_vec();
                }
                prop_assert!(store.len() <= 16 && store.bytes <= 200);
                prop_assert_eq!(store.bytes, store.known.values().map(|s| s.bytes).sum::<usize>());
            }
            let odd = store.known.values().filter(|s| s.value % 2 == 1).map(|s| s.bytes).sum::<usize>();
            drop(store.retain(|k| *k % 2 == 1));
            prop_assert_eq!(store.bytes, odd);
        }
    }
}
