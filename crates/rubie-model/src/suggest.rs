//! The nearest known name: what "did you mean `beta`?" is made of.

/// Longest name, in characters, that is compared; longer ones are no slips of the finger.
const LONGEST: usize = 64;

/// The candidate that `name` was most probably meant to be, if one is near enough.
///
/// Near enough is a distance of one third of the name's length, at least 1; names that differ in
/// case only are always near. Of equally near candidates the first wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().take(LONGEST + 1).collect();
    if wanted.len() > LONGEST {
        return None;
    }
    let folded = name.to_lowercase();
    let mut limit = (wanted.len() / 3).max(1);
    let mut best = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        if candidate.to_lowercase() == folded {
            return Some(candidate);
        }
        let Some(distance) = distance_within(&wanted, candidate, limit) else {
            continue;
        };
        // A one-letter name is at distance 1 of every other: a proposal would be a guess.
        if distance >= wanted.len() {
            continue;
        }
        best = Some(candidate);
        if distance <= 1 {
            limit = 0;
        } else {
            limit = distance - 1;
        }
        if limit == 0 {
            break;
        }
    }
    best
}

/// Number of insertions, deletions, replacements and swaps of neighbours between both, if at most
/// `limit` (optimal string alignment).
fn distance_within(wanted: &[char], candidate: &str, limit: usize) -> Option<usize> {
    let other: Vec<char> = candidate.chars().take(wanted.len() + limit + 1).collect();
    if wanted.len().abs_diff(other.len()) > limit {
        return None;
    }
    let width = other.len() + 1;
    let mut before = vec![0; width];
    let mut above: Vec<usize> = (0..width).collect();
    let mut row = vec![0; width];
    for i in 1..=wanted.len() {
        row[0] = i;
        for j in 1..width {
            let differs = usize::from(wanted[i - 1] != other[j - 1]);
            let mut cost = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + differs);
            if i > 1 && j > 1 && wanted[i - 1] == other[j - 2] && wanted[i - 2] == other[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row[j] = cost;
        }
        if row.iter().all(|cost| *cost > limit) {
            return None;
        }
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    Some(above[width - 1]).filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn one_slip_of_the_finger_is_mended() {
        for slip in ["bta", "betaa", "bata", "ebta", "Beta"] {
            assert_eq!(nearest(slip, ["alpha", "beta", "gamma"]), Some("beta"), "{slip}");
        }
    }

    #[test]
    fn short_and_distant_names_get_no_proposal() {
        assert_eq!(nearest("q", ["x", "y"]), None);
        assert_eq!(nearest("voltage", ["current", "charge"]), None);
    }

    #[test]
    fn the_nearer_of_two_wins() {
        assert_eq!(nearest("membrane", ["membranes_x", "membrana"]), Some("membrana"));
    }
}
