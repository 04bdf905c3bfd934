//! The pages of the guide, in the order in which they are read.

use std::sync::LazyLock;

use super::markdown::{Heading, render};

/// A file of the guide: its name without `.md`, and what is in it. The first is where one begins.
struct File {
    name: &'static str,
    text: &'static str,
}

macro_rules! files {
    ($( $name:literal ),+ $(,)?) => {
        &[$( File {
            name: $name,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/guide/", $name, ".md")),
        } ),+]
    };
}

static FILES: &[File] = files![
    "README",
    "start",
    "console",
    "features",
    "twilio-settings",
    "security",
    "troubleshooting",
    "advanced",
    "payloads",
    "live",
    "database",
];

/// A page of the guide, as it is shown.
#[derive(Debug)]
pub(super) struct Page {
    /// Its address.
    pub(super) path: String,
    /// The first heading.
    pub(super) title: String,
    /// What it is called in lists, as in the table of the first page.
    pub(super) name: String,
    /// The headings of its sections.
    pub(super) sections: Vec<Heading>,
    /// Everything, as HTML.
    pub(super) html: String,
}

/// The address of a file of the guide.
fn path(name: &str) -> String {
    match name == FILES[0].name {
        true => "/guide".to_owned(),
        false => format!("/guide/{name}"),
    }
}

/// Where a link from one page to another leads: `start.md#next` to `/guide/start#next`. Nothing, if the
/// guide has no such file.
pub(super) fn address(link: &str) -> Option<String> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let name = file.strip_suffix(".md")?;
    FILES.iter().find(|file| file.name == name)?;
    Some(match anchor {
        "" => path(name),
        anchor => format!("{}#{anchor}", path(name)),
    })
}

/// All pages.
pub(super) fn book() -> &'static [Page] {
    static BOOK: LazyLock<Vec<Page>> = LazyLock::new(|| {
        let pages = FILES.iter().map(|file| {
            let rendered = render(file.text);
            let title = rendered.headings.iter().find(|it| it.level == 1);
            let title = title.map_or(file.name, |it| it.text.as_str()).to_owned();
            Page {
                path: path(file.name),
                name: short_name(file.name).unwrap_or(&title).to_owned(),
                title,
                sections: rendered
                    .headings
                    .into_iter()
                    .filter(|it| it.level == 2)
                    .collect(),
                html: rendered.html,
            }
        });
        pages.collect()
    });
    &BOOK
}

/// The text of the first page's link to a file.
fn short_name(file: &str) -> Option<&'static str> {
    let (before, _) = FILES[0].text.split_once(&format!("]({file}.md)"))?;
    before.rsplit_once('[').map(|(_, name)| name)
}

/// The place of the page with this name in its address.
pub(super) fn find(name: &str) -> Option<usize> {
    let place = FILES.iter().position(|file| file.name == name);
    // The first one has an address without a name.
    place.filter(|place| *place > 0)
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, fs, path::Path};

    use super::{
        super::markdown::{anchors, links},
        *,
    };

    fn directory() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/guide"))
    }

    #[test]
    fn every_file_of_the_guide_is_a_page_in_the_order_of_its_table() {
        let files = fs::read_dir(directory()).unwrap();
        let files: HashSet<_> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        let pages = FILES.iter().map(|file| format!("{}.md", file.name));
        assert_eq!(pages.collect::<HashSet<_>>(), files);
        let table = FILES[0].text.lines().filter(|line| line.starts_with("| ["));
        let listed: Vec<_> = table
            .map(|row| row.split(['(', ')']).nth(1).unwrap().to_owned())
            .collect();
        let pages: Vec<_> = FILES[1..]
            .iter()
            .map(|file| format!("{}.md", file.name))
            .collect();
        assert_eq!(listed, pages);
    }

    #[test]
    fn every_link_of_every_page_leads_somewhere() {
        let mut dead = Vec::new();
        let mut count = 0;
        for (file, page) in FILES.iter().zip(book()) {
            for link in links(file.text) {
                count += 1;
                let (target, anchor) = link.split_once('#').unwrap_or((&link, ""));
                let text = match target {
                    "" => Some(file.text.to_owned()),
                    _ => fs::read_to_string(directory().join(target)).ok(),
                };
                let has_anchor = |text: &str| anchor.is_empty() || anchors(text).contains(anchor);
                let is_there =
                    link.starts_with("https://") || text.as_deref().is_some_and(has_anchor);
                if !is_there {
                    dead.push(format!("{}.md: {link}", file.name));
                }
            }
            // What the browser gets: other pages, places on this one, or addresses outside.
            for href in page.html.split("href=\"").skip(1) {
                let href = href.split('"').next().unwrap();
                let (target, anchor) = href.split_once('#').unwrap_or((href, ""));
                let target = match target {
                    "" => Some(page),
                    target => book().iter().find(|page| page.path == target),
                };
                let id = format!(" id=\"{anchor}\"");
                let has_anchor = |page: &Page| anchor.is_empty() || page.html.contains(&id);
                if !href.starts_with("https://") && !target.is_some_and(has_anchor) {
                    dead.push(format!("{}: {href}", page.path));
                }
            }
        }
        assert!(dead.is_empty(), "{dead:#?}");
        assert!(count > 30, "only {count} links were found");
    }

    #[test]
    fn a_page_has_one_title_and_no_two_places_with_one_name() {
        for (file, page) in FILES.iter().zip(book()) {
            assert_eq!(page.html.matches("<h1 ").count(), 1, "{}", page.path);
            assert_ne!(page.title, file.name);
            assert!(page.name.len() <= 20, "{} is long for a list", page.name);
            let ids: Vec<_> = page.html.split(" id=\"").skip(1).collect();
            let ids: Vec<_> = ids.iter().map(|it| it.split('"').next().unwrap()).collect();
            let unique: HashSet<_> = ids.iter().collect();
            assert_eq!(unique.len(), ids.len(), "{}", page.path);
            // Around the page there is one already.
            assert!(!unique.contains(&"main"), "{}", page.path);
        }
    }

    #[test]
    fn pages_are_found_by_their_names() {
        assert_eq!(book()[0].path, "/guide");
        assert_eq!(
            find("start").map(|place| book()[place].path.as_str()),
            Some("/guide/start")
        );
        for unknown in ["README", "start.md", "", "../start"] {
            assert_eq!(find(unknown), None, "{unknown}");
        }
    }
}
