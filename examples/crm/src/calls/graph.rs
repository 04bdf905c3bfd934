//! Which menu leads to which: no circles, and not too deep.

use std::collections::BTreeMap;

use uuid::Uuid;

/// How many menus may be in a row.
pub(super) const MAX_DEPTH: usize = 5;

/// The menus that each menu leads to.
pub(super) type Links = BTreeMap<Uuid, Vec<Uuid>>;

/// A way from `start` that comes back to a menu it has passed, or that is too long; from its first
/// menu to its last.
pub(super) fn bad_path(links: &Links, start: Uuid) -> Option<BadPath> {
    fn walk(links: &Links, at: Uuid, path: &mut Vec<Uuid>) -> Option<BadPath> {
        if let Some(first) = path.iter().position(|passed| *passed == at) {
            let mut circle = path[first..].to_vec();
            circle.push(at);
            return Some(BadPath::Circle(circle));
        }
        path.push(at);
        if path.len() > MAX_DEPTH {
            return Some(BadPath::TooDeep(path.clone()));
        }
        let found = links
            .get(&at)
            .into_iter()
            .flatten()
            .find_map(|next| walk(links, *next, path));
        path.pop();
        found
    }
    walk(links, start, &mut Vec::new())
}

/// What is wrong with a way through menus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BadPath {
    /// It ends where it has begun.
    Circle(Vec<Uuid>),
    /// It is too long.
    TooDeep(Vec<Uuid>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(ways: &[(u128, &[u128])]) -> Links {
        let id = Uuid::from_u128;
        ways.iter()
            .map(|(from, to)| (id(*from), to.iter().copied().map(id).collect()))
            .collect()
    }

    #[test]
    fn circles_are_found_wherever_they_begin() {
        let links = links(&[(1, &[2, 3]), (2, &[3]), (3, &[4]), (4, &[2])]);
        let circle = [2, 3, 4, 2].map(Uuid::from_u128).to_vec();
        assert_eq!(
            bad_path(&links, Uuid::from_u128(1)),
            Some(BadPath::Circle(circle))
        );
    }

    #[test]
    fn a_menu_may_be_reached_in_two_ways() {
        let links = links(&[(1, &[2, 3]), (2, &[4]), (3, &[4]), (4, &[])]);
        assert_eq!(bad_path(&links, Uuid::from_u128(1)), None);
    }

    #[test]
    fn a_menu_that_leads_to_itself_is_a_circle() {
        let links = links(&[(1, &[1])]);
        let circle = vec![Uuid::from_u128(1); 2];
        assert_eq!(
            bad_path(&links, Uuid::from_u128(1)),
            Some(BadPath::Circle(circle))
        );
    }

    #[test]
    fn six_in_a_row_are_too_many() {
        let five = links(&[(1, &[2]), (2, &[3]), (3, &[4]), (4, &[5])]);
        assert_eq!(bad_path(&five, Uuid::from_u128(1)), None);
        let six = links(&[(1, &[2]), (2, &[3]), (3, &[4]), (4, &[5]), (5, &[6])]);
        let Some(BadPath::TooDeep(path)) = bad_path(&six, Uuid::from_u128(1)) else {
            panic!("it is too deep")
        };
        assert_eq!(path.len(), 6);
    }
}
