//! In which order changes are tried, and when to give up.

use super::{
    Cause, Diagnose, Diagnosis, KnownKeys,
    form::{before_a_change, before_a_loss, size},
    known_keys::OtherKey,
    url::{Change, changes},
};
use crate::{
    AccountSid, Params,
    signature::{
        RequestView, SignatureError, SigningKey,
        pairs::SortedPairs,
        public_url::for_log,
        request::{Coverage, query},
        spelling::UrlParts,
    },
};

impl Diagnose {
    /// Looks for the cause of `error`, with which the check of the request ended.
    pub(in crate::signature) fn find(
        &self,
        request: &RequestView<'_>,
        error: SignatureError,
        keys: &KnownKeys<'_>,
    ) -> Diagnosis {
        let (own, others) = keys.split(request);
        let mut search = Search {
            signature: request.signature,
            compat: self.scheme.compat(),
            hashes: 0,
            max_hashes: Self::MAX_HASHES,
            bytes: 0,
        };
        let url = UrlParts::split(request.url).map(|url| match request.upgrade {
            true => url.for_upgrade(),
            false => url,
        });
        let found = url.and_then(|url| search.run(self, request, error, url, &own, &others));
        let hashes = search.hashes;
        let seen_url: Box<str> = match url {
            Some(url) => for_log(&url.text()).into(),
            None => for_log(request.url).into(),
        };
        match found {
            Some(found) => Diagnosis {
                causes: found.causes,
                signed_url: for_log(&found.url).into(),
                seen_url,
                account_sid: found.account_sid,
                hashes,
            },
            None => Diagnosis {
                causes: vec![Cause::Unknown],
                signed_url: seen_url.clone(),
                seen_url,
                account_sid: None,
                hashes,
            },
        }
    }
}

/// Larger forms are not looked into. Twilio's have a few kilobytes.
const MAX_FORM: usize = Diagnose::MAX_BYTES / 8;

/// Up to which number combinations are tried.
const COMBINATIONS: usize = 400;

/// What fits the signature.
struct Found {
    causes: Vec<Cause>,
    url: String,
    account_sid: Option<AccountSid>,
}

struct Search<'a> {
    signature: &'a [u8],
    compat: bool,
    hashes: usize,
    /// Of the phases so far.
    max_hashes: usize,
    bytes: usize,
}

impl Search<'_> {
    fn run(
        &mut self,
        candidates: &Diagnose,
        request: &RequestView<'_>,
        error: SignatureError,
        url: UrlParts<'_>,
        own: &[&SigningKey],
        others: &[OtherKey<'_>],
    ) -> Option<Found> {
        // What is signed besides the URL, and what is wrong if that fits.
        let form;
        let no_params = Params::default();
        let (params, given): (&Params, &[Cause]) = match request.coverage() {
            Ok(Coverage::Pairs | Coverage::PairsOrUrl) => (&request.content.params, &[]),
            Ok(Coverage::Url) => (&no_params, &[]),
            Err(SignatureError::BodyHash) => (&no_params, &[Cause::BodyChanged]),
            Err(_) => {
                form = Params::from_form(request.body);
                (&form, &[Cause::ContentType])
            }
        };
        let size = size(params);
        if size > MAX_FORM {
            return None;
        }
        let pairs = SortedPairs::by_bytes(params);
        let changes = changes(&url, candidates);
        let by_itself = |cause: Cause| [given, &[cause]].concat();
        let other_keys = |url: UrlParts<'_>, search: &mut Self, causes: &[Cause]| {
            let others = others
                .iter()
                .map(|other| (other.key, other.cause, other.account_sid))
                .chain(
                    candidates
                        .retired
                        .iter()
                        .map(|key| (key, Cause::RetiredToken, None)),
                );
            for (key, cause, account_sid) in others {
                if let Some(url) = search.fits(url, &pairs, size, &[key]) {
                    let account_sid = match cause {
                        Cause::OtherAccount => account_sid.cloned(),
                        _ => None,
                    };
                    return Some(Found {
                        causes: [given, causes, &[cause]].concat(),
                        url,
                        account_sid,
                    });
                }
            }
            None
        };

        // Nothing else is wrong.
        if error != SignatureError::Mismatch
            && !given.is_empty()
            && let Some(url) = self.fits(url, &pairs, size, own)
        {
            return Some(Found::new(given.to_vec(), url));
        }
        if let Some(found) = other_keys(url, self, &[]) {
            return Some(found);
        }

        // One thing is.
        for change in &changes {
            if let Some(url) = self.fits(change.apply(url), &pairs, size, own) {
                return Some(Found::new(by_itself(change.cause), url));
            }
        }
        let forms = match params.is_empty() {
            true => Vec::new(),
            false => before_a_change(params, &Params::from_form(query(request.url).as_bytes())),
        };
        for (cause, form) in &forms {
            let pairs = SortedPairs::by_bytes(form);
            if let Some(url) = self.fits(url, &pairs, size, own) {
                return Some(Found::new(by_itself(*cause), url));
            }
        }

        // Several are. What comes after it has its share too.
        self.max_hashes = COMBINATIONS;
        for chosen in together(&changes) {
            let changed = chosen.iter().fold(url, |url, change| change.apply(url));
            if let Some(url) = self.fits(changed, &pairs, size, own) {
                let causes: Vec<Cause> = chosen.iter().map(|change| change.cause).collect();
                return Some(Found::new([given, &causes].concat(), url));
            }
        }
        for change in &changes {
            if let Some(found) = other_keys(change.apply(url), self, &[change.cause]) {
                return Some(found);
            }
        }

        // Something is lost.
        self.max_hashes = Diagnose::MAX_HASHES;
        if !params.is_empty() {
            for (cause, form) in before_a_loss(params) {
                if self.is_exhausted(size) {
                    return None;
                }
                let pairs = SortedPairs::by_bytes(&form);
                if let Some(url) = self.fits(url, &pairs, size, own) {
                    return Some(Found::new(by_itself(cause), url));
                }
            }
        }
        None
    }

    /// The spelling of the URL that one of the keys has signed.
    fn fits(
        &mut self,
        url: UrlParts<'_>,
        pairs: &SortedPairs<'_>,
        size: usize,
        keys: &[&SigningKey],
    ) -> Option<String> {
        let upgrade = url.scheme.to_ascii_lowercase().starts_with("ws");
        for spelling in url.spellings(upgrade, self.compat) {
            let [a, b, c, d, e, f, g] = spelling;
            let pieces = [a, b, c, d, e, f, g, url.query];
            let length = size + pieces.iter().map(|piece| piece.len()).sum::<usize>();
            for key in keys {
                if self.is_exhausted(length) {
                    return None;
                }
                self.hashes += 1;
                self.bytes += length;
                if key.fits(&pieces, pairs, self.signature).into() {
                    return Some(pieces.concat());
                }
            }
        }
        None
    }

    fn is_exhausted(&self, next: usize) -> bool {
        self.hashes >= self.max_hashes || self.bytes + next > Diagnose::MAX_BYTES
    }
}

impl Found {
    fn new(causes: Vec<Cause>, url: String) -> Self {
        Self {
            causes,
            url,
            account_sid: None,
        }
    }
}

/// Every two, then every three changes at different places.
fn together(changes: &[Change]) -> impl Iterator<Item = Vec<&Change>> {
    let at = |place| changes.iter().filter(move |change| change.place() == place);
    let two = [(0, 1), (0, 2), (1, 2)]
        .into_iter()
        .flat_map(move |(a, b)| {
            at(a).flat_map(move |first| at(b).map(move |second| vec![first, second]))
        });
    let three = at(0).flat_map(move |scheme| {
        at(1).flat_map(move |authority| at(2).map(move |path| vec![scheme, authority, path]))
    });
    two.chain(three)
}
