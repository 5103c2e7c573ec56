//! Drawing characters, each as likely as any other, from the operating system's generator.

/// What a text must be like.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// How many characters.
    pub(crate) length: usize,
    /// Sets of characters, and how many of each there must be at least.
    pub(crate) sets: Vec<(Vec<u8>, usize)>,
}

/// The longest text.
const LONGEST: usize = 1024;

impl Rules {
    /// What is wrong with them.
    pub(crate) fn problem(&self) -> Option<String> {
        let least: usize = self.sets.iter().map(|(_, least)| least).sum();
        if self.length == 0 || self.length > LONGEST {
            return Some(format!("`length` is {}, and may be 1 to {LONGEST}", self.length));
        }
        if self.sets.is_empty() {
            return Some("no characters are left to take: allow `lower`, `upper`, `digits` or `symbols`".into());
        }
        if least > self.length {
            return Some(format!("at least {least} characters are asked for, and `length` is {}", self.length));
        }
        self.sets.iter().any(|(set, _)| set.is_empty()).then(|| "`symbol_set` is empty".into())
    }

    /// A text that follows them. `random` gives random bytes.
    ///
    /// # Errors
    /// Those of `random`.
    pub(crate) fn draw<E>(&self, random: &mut dyn FnMut(&mut [u8]) -> Result<(), E>) -> Result<String, E> {
        let all: Vec<u8> = self.sets.iter().flat_map(|(set, _)| set.iter().copied()).collect();
        let mut text = Vec::with_capacity(self.length);
        for (set, least) in &self.sets {
            for _ in 0..*least {
                text.push(set[below(set.len(), random)?]);
            }
        }
        while text.len() < self.length {
            text.push(all[below(all.len(), random)?]);
        }
        // Which of them had to be there must not be seen by their places.
        for at in (1..text.len()).rev() {
            text.swap(at, below(at + 1, random)?);
        }
        Ok(text.into_iter().map(char::from).collect())
    }
}

/// A number below `limit`, which is at most 65536, each as likely as any other.
fn below<E>(limit: usize, random: &mut dyn FnMut(&mut [u8]) -> Result<(), E>) -> Result<usize, E> {
    let whole = 1 << 16;
    // What is left over when the range is divided would make small numbers likelier.
    let fair = whole - whole % limit;
    loop {
        let mut bytes = [0; 2];
        random(&mut bytes)?;
        let number = usize::from(u16::from_le_bytes(bytes));
        if number < fair {
            return Ok(number % limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(length: usize, sets: &[(&str, usize)]) -> Rules {
        Rules { length, sets: sets.iter().map(|(set, least)| (set.as_bytes().to_vec(), *least)).collect() }
    }

    fn system(bytes: &mut [u8]) -> Result<(), getrandom::Error> {
        getrandom::fill(bytes)
    }

    #[test]
    fn a_text_has_its_length_its_characters_and_as_many_of_each_as_are_asked_for() {
        let rules = rules(12, &[("abc", 3), ("XYZ", 0), ("0123456789", 4), ("!", 1)]);
        for _ in 0..1000 {
            let text = rules.draw(&mut system).unwrap();
            let count = |set: &str| text.chars().filter(|c| set.contains(*c)).count();
            assert_eq!(text.len(), 12);
            assert!(count("abc") >= 3 && count("0123456789") >= 4 && count("!") >= 1 && count("abcXYZ0123456789!") == 12, "{text}");
        }
    }

    #[test]
    fn every_character_is_as_likely_as_any_other_at_every_place() {
        let rules = rules(4, &[("ab", 1), ("c", 0)]);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..30_000 {
            for (at, c) in rules.draw(&mut system).unwrap().chars().enumerate() {
                *counts.entry((at, c)).or_insert(0_u32) += 1;
            }
        }
        // One of four is `a` or `b`, and each of the other three is any of the three.
        for at in 0..4 {
            let (a, b, c) = (counts[&(at, 'a')], counts[&(at, 'b')], counts[&(at, 'c')]);
            for (count, expected) in [(a, 11_250), (b, 11_250), (c, 7_500)] {
                assert!(count.abs_diff(expected) < 800, "place {at}: {a} {b} {c}");
            }
        }
    }

    #[test]
    fn no_two_are_the_same_and_what_cannot_be_is_said() {
        let fine = rules(24, &[("abcdefghijklmnopqrstuvwxyz", 0)]);
        let drawn: std::collections::BTreeSet<String> = (0..1000).map(|_| fine.draw(&mut system).unwrap()).collect();
        assert_eq!(drawn.len(), 1000);
        assert_eq!(fine.problem(), None);
        for (wrong, why) in [
            (rules(0, &[("a", 0)]), "`length` is 0"),
            (rules(2000, &[("a", 0)]), "`length` is 2000"),
            (rules(3, &[]), "no characters"),
            (rules(3, &[("a", 2), ("b", 2)]), "at least 4"),
            (rules(3, &[("", 0)]), "`symbol_set` is empty"),
        ] {
            assert!(wrong.problem().unwrap().contains(why), "{wrong:?}");
        }
    }
}
