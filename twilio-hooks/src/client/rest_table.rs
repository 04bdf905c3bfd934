//! The requests and responses against Twilio's own description of its API, in
//! `tests/fixtures/rest.json`: nothing is missing, and nothing is called otherwise. With
//! `--nocapture` they tell how much there is.
#![allow(clippy::print_stdout, reason = "it tells how much it has compared")]

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    account::Account,
    applications::{Application, CreateApplication, ListApplications, UpdateApplication},
    calls::{Call, CreateCall, ListCalls, UpdateCall},
    macros::{Field, FromObject, ParamInfo},
    message_media::{ListMedia, Media},
    messages::{CreateMessage, ListMessages, Message, UpdateMessage},
    messaging_services::{
        AddServicePhoneNumber, CreateMessagingService, ListMessagingServices,
        ListServicePhoneNumbers, MessagingService, ServicePhoneNumber, UpdateMessagingService,
    },
    phone_numbers::{
        Capabilities, IncomingPhoneNumber, ListIncomingPhoneNumbers, UpdateIncomingPhoneNumber,
    },
    recordings::{
        CreateCallRecording, ListCallRecordings, ListRecordings, Recording, UpdateCallRecording,
    },
};

/// Operations that this client leaves out; see the module's documentation.
const NO_OPERATION: [&str; 5] = [
    "CreateIncomingPhoneNumber",
    "DeleteCallRecording",
    "DeleteIncomingPhoneNumber",
    "FetchCallRecording",
    "UpdateAccount",
];

/// Parameters that have no setter: [`Pages`](super::Pages) turns the pages, and a recording is
/// fetched by its own resource.
const NO_SETTER: [&str; 2] = ["Page", "PageToken"];

/// Fields that stay in `extra`.
const NO_FIELD: [&str; 6] = [
    "api_version",
    "auth_token",
    "links",
    "subresource_uris",
    "uri",
    "url",
];

/// What stands for one of Twilio's operations.
struct Ours {
    params: &'static [ParamInfo],
    answer: Option<Answer>,
}

struct Answer {
    fields: &'static [Field],
    read: fn(Map<String, Value>) -> Result<Read, &'static str>,
    /// Where the items are, in a list.
    key: Option<&'static str>,
}

/// An answer that was read: what it left in `extra`.
struct Read(Map<String, Value>);

macro_rules! answer {
    ($Type:ty, $key:expr) => {
        Some(Answer {
            fields: <$Type>::FIELDS,
            read: |object| <$Type>::from_object(object).map(|value| Read(value.extra)),
            key: $key,
        })
    };
}

macro_rules! operations {
    ($($operation:literal => ($($Params:ty)?) $(-> $Type:ty $([$key:literal])?)?;)+) => {
        BTreeMap::from([$((
            $operation,
            Ours {
                params: operations!(@params $($Params)?),
                answer: operations!(@answer $($Type $([$key])?)?),
            },
        )),+])
    };
    (@params) => { &[] };
    (@params $Params:ty) => { <$Params>::PARAMS };
    (@answer) => { None };
    (@answer $Type:ty) => { answer!($Type, None) };
    (@answer $Type:ty [$key:literal]) => { answer!($Type, Some($key)) };
}

fn ours() -> BTreeMap<&'static str, Ours> {
    operations! {
        "FetchAccount" => () -> Account;
        "CreateMessage" => (CreateMessage) -> Message;
        "FetchMessage" => () -> Message;
        "ListMessage" => (ListMessages) -> Message ["messages"];
        "UpdateMessage" => (UpdateMessage) -> Message;
        "DeleteMessage" => ();
        "FetchMedia" => () -> Media;
        "ListMedia" => (ListMedia) -> Media ["media_list"];
        "DeleteMedia" => ();
        "CreateCall" => (CreateCall) -> Call;
        "FetchCall" => () -> Call;
        "ListCall" => (ListCalls) -> Call ["calls"];
        "UpdateCall" => (UpdateCall) -> Call;
        "DeleteCall" => ();
        "CreateCallRecording" => (CreateCallRecording) -> Recording;
        "ListCallRecording" => (ListCallRecordings) -> Recording ["recordings"];
        "UpdateCallRecording" => (UpdateCallRecording) -> Recording;
        "FetchRecording" => () -> Recording;
        "ListRecording" => (ListRecordings) -> Recording ["recordings"];
        "DeleteRecording" => ();
        "FetchIncomingPhoneNumber" => () -> IncomingPhoneNumber;
        "ListIncomingPhoneNumber" =>
            (ListIncomingPhoneNumbers) -> IncomingPhoneNumber ["incoming_phone_numbers"];
        "UpdateIncomingPhoneNumber" => (UpdateIncomingPhoneNumber) -> IncomingPhoneNumber;
        "CreateApplication" => (CreateApplication) -> Application;
        "FetchApplication" => () -> Application;
        "ListApplication" => (ListApplications) -> Application ["applications"];
        "UpdateApplication" => (UpdateApplication) -> Application;
        "DeleteApplication" => ();
        "CreateService" => (CreateMessagingService) -> MessagingService;
        "FetchService" => () -> MessagingService;
        "ListService" => (ListMessagingServices) -> MessagingService ["services"];
        "UpdateService" => (UpdateMessagingService) -> MessagingService;
        "DeleteService" => ();
        "ListPhoneNumber" => (ListServicePhoneNumbers) -> ServicePhoneNumber ["phone_numbers"];
        "CreatePhoneNumber" => (AddServicePhoneNumber) -> ServicePhoneNumber;
    }
}

/// Twilio's description by operation, without those left out.
fn described() -> Vec<(String, Value)> {
    let fixture: Value =
        serde_json::from_str(include_str!("../../tests/fixtures/rest.json")).unwrap();
    fixture["endpoints"]
        .as_object()
        .unwrap()
        .values()
        .map(|endpoint| {
            (
                endpoint["operation"].as_str().unwrap().to_owned(),
                endpoint.clone(),
            )
        })
        .filter(|(operation, _)| !NO_OPERATION.contains(&operation.as_str()))
        .collect()
}

/// Every parameter of an operation with its schema.
fn parameters(endpoint: &Value) -> Vec<(String, Value)> {
    let form = endpoint["form"].as_object().into_iter().flatten();
    let query = endpoint["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|parameter| parameter["in"] == "query")
        .map(|parameter| {
            (
                parameter["name"].as_str().unwrap().to_owned(),
                parameter.clone(),
            )
        });
    form.map(|(name, schema)| (name.clone(), schema.clone()))
        .chain(query)
        .filter(|(name, _)| !NO_SETTER.contains(&name.as_str()))
        .filter(|(name, _)| {
            !(name == "IncludeSoftDeleted" && endpoint["operation"] == "FetchRecording")
        })
        .collect()
}

/// `MediaUrl` is `media_url`, and `DateSent<` is `date_sent_before`.
fn setter(name: &str) -> String {
    let (name, suffix) = match name.as_bytes().last() {
        Some(b'<') => (&name[..name.len() - 1], "_before"),
        Some(b'>') => (&name[..name.len() - 1], "_after"),
        _ => (name, ""),
    };
    let mut setter = String::new();
    for (index, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            setter.push('_');
        }
        setter.push(letter.to_ascii_lowercase());
    }
    setter + suffix
}

fn values(schema: &Value) -> impl Iterator<Item = &str> {
    schema["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// A value that fits a schema.
fn sample(schema: &Value) -> Value {
    if let Some(value) = values(schema).next() {
        return json!(value);
    }
    let format = schema["format"].as_str().unwrap_or_default();
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    match (schema["type"].as_str(), format) {
        (Some("integer"), _) => json!(7),
        (Some("number"), _) => json!(0.0075),
        (Some("boolean"), _) => json!(true),
        (Some("array"), _) => json!([sample(&schema["items"])]),
        (Some("object"), "phone-number-capabilities") => {
            json!({"voice": true, "sms": true, "mms": false, "fax": false})
        }
        (Some("object") | None, _) => json!({"key": "value"}),
        (_, "date-time-rfc-2822") => json!("Thu, 05 Nov 2026 09:03:07 +0000"),
        (_, "date-time") => json!("2026-11-05T09:03:07Z"),
        _ if !pattern.is_empty() => {
            let prefix: String = pattern
                .chars()
                .filter(char::is_ascii_uppercase)
                .take(2)
                .collect();
            json!(format!("{prefix}00000000000000000000000000000001"))
        }
        // Counts are texts in some resources.
        _ => json!("12"),
    }
}

#[test]
fn every_operation_is_there_or_left_out_on_purpose() {
    let ours = ours();
    let described = described();
    for (operation, _) in &described {
        assert!(ours.contains_key(operation.as_str()), "{operation}");
    }
    assert_eq!(described.len(), ours.len());
}

#[test]
fn every_parameter_has_a_setter_of_its_name_and_shape() {
    let ours = ours();
    let mut checked = 0;
    for (operation, endpoint) in described() {
        let ours = ours[operation.as_str()].params;
        let theirs = parameters(&endpoint);
        for (name, schema) in &theirs {
            let param = ours
                .iter()
                .find(|param| param.name == name)
                .unwrap_or_else(|| panic!("{operation} has no setter for {name}"));
            assert_eq!(param.setter, setter(name), "{operation} {name}");
            assert_eq!(param.list, schema["type"] == "array", "{operation} {name}");
            for value in values(schema) {
                let known = (param.known)().unwrap_or_default();
                assert!(
                    known.contains(&value),
                    "{operation} {name} does not know {value}"
                );
            }
            checked += 1;
        }
        assert_eq!(
            ours.len(),
            theirs.len(),
            "{operation} has setters that Twilio does not know"
        );
    }
    println!("{checked} parameters of {} operations", ours.len());
    assert!(checked > 200, "{checked}");
}

#[test]
fn every_field_of_a_response_is_typed_or_left_out_on_purpose() {
    let ours = ours();
    let mut checked = 0;
    for (operation, endpoint) in described() {
        let responses = endpoint["responses"].as_object().unwrap();
        for (status, response) in responses
            .iter()
            .filter(|(status, _)| status.starts_with('2'))
        {
            let Some(answer) = &ours[operation.as_str()].answer else {
                assert_eq!(status, "204", "{operation}");
                continue;
            };
            let schema = match answer.key {
                Some(key) => &response["properties"][key]["items"]["properties"],
                None => &response["properties"],
            };
            let properties = schema.as_object().unwrap_or_else(|| panic!("{operation}"));
            let mut object = Map::new();
            for (name, schema) in properties {
                object.insert(name.clone(), sample(schema));
                if NO_FIELD.contains(&name.as_str()) {
                    continue;
                }
                let field = answer
                    .fields
                    .iter()
                    .find(|field| field.name == name)
                    .unwrap_or_else(|| panic!("{operation} has no field for {name}"));
                for value in values(schema) {
                    let known = (field.known)().unwrap_or_default();
                    assert!(
                        known.contains(&value),
                        "{operation} {name} does not know {value}"
                    );
                }
                checked += 1;
            }
            let Read(extra) = (answer.read)(object).unwrap();
            for name in extra.keys() {
                assert!(
                    NO_FIELD.contains(&name.as_str()),
                    "{operation} can't read {name}"
                );
            }
            assert!(!extra.contains_key("auth_token"), "{operation}");
        }
    }
    println!(
        "{checked} fields of the answers to {} operations",
        ours.len()
    );
    assert!(checked > 300, "{checked}");
}

#[test]
fn an_unknown_field_or_value_or_shape_is_kept() {
    let object = json!({
        "sid": "SM00000000000000000000000000000001",
        "status": "beamed",
        "num_segments": {"of": 3},
        "error_code": null,
        "planet": "Mars",
    });
    let message: Message = serde_json::from_value(object).unwrap();
    assert_eq!(message.status.unwrap().as_str(), "beamed");
    assert_eq!(message.num_segments, None);
    assert_eq!(message.error_code, None);
    assert_eq!(
        Value::Object(message.extra),
        json!({"num_segments": {"of": 3}, "planet": "Mars"})
    );
}

#[test]
fn a_message_without_a_sid_is_none() {
    let error = serde_json::from_value::<Message>(json!({"status": "sent"})).unwrap_err();
    assert_eq!(error.to_string(), "missing field `sid`");
}

#[test]
fn debug_of_a_message_shows_no_person() {
    let message: Message = serde_json::from_value(json!({
        "sid": "SM00000000000000000000000000000001",
        "from": "+12025550143",
        "to": "+12025550100",
        "body": "a secret",
        "friend": "a secret",
    }))
    .unwrap();
    let shown = format!("{message:?}");
    assert!(shown.contains("SM00000000000000000000000000000001"));
    assert!(
        !shown.contains("202555") && !shown.contains("secret"),
        "{shown}"
    );
}

#[test]
fn what_a_number_can_do_is_typed() {
    let names: Vec<_> = Capabilities::FIELDS
        .iter()
        .map(|field| field.name)
        .collect();
    assert_eq!(names, ["voice", "sms", "mms", "fax"]);
}
