//! The OpenAPI document, as the tests that go through every route read it.

use http::{Request, request::Builder};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A method of a path.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) path: String,
    /// What stands before each id of the path: `contacts` for `/api/contacts/{id}`.
    pub(crate) kinds: Vec<String>,
    /// What in the path is a number and no id.
    pub(crate) numbers: Vec<String>,
    /// Whether the document says that nobody need sign in.
    pub(crate) is_open: bool,
    /// The names in the query that take an id.
    pub(crate) query_ids: Vec<String>,
    /// The headers that it can't do without.
    headers: Vec<String>,
    body: Option<Value>,
}

impl Operation {
    /// A request with its method, and with a value of its own in each header that it needs.
    pub(crate) fn request(&self) -> Builder {
        let request = Request::builder().method(&*self.method);
        self.headers.iter().fold(request, |request, name| {
            request.header(name, Uuid::now_v7().to_string())
        })
    }

    /// Its path with an id in each place that takes one; what is counted is the first.
    pub(crate) fn path_with(&self, ids: &[Uuid]) -> String {
        let mut ids = ids.iter();
        let segments = self
            .path
            .split('/')
            .map(|segment| match parameter(segment) {
                Some(name) if self.numbers.iter().any(|number| number == name) => "0".to_owned(),
                Some(_) => ids.next().expect("an id for each place").to_string(),
                None => segment.to_owned(),
            });
        segments.collect::<Vec<_>>().join("/")
    }
}

/// Where an id goes in a body.
#[derive(Debug, Clone)]
pub(crate) struct IdField {
    steps: Vec<Step>,
    /// The name of the property.
    pub(crate) name: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Property(String),
    Item,
    Variant(usize),
}

/// The document.
pub(crate) struct Document(Value);

impl Document {
    pub(crate) fn load() -> Self {
        Self(serde_json::to_value(crm::api::document()).unwrap())
    }

    /// Every method of every path.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in self.0["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let parameters = operation["parameters"].as_array();
                let query_ids = parameters
                    .into_iter()
                    .flatten()
                    .filter(|parameter| parameter["in"] == "query")
                    .filter(|parameter| {
                        let name = parameter["name"].as_str().unwrap();
                        is_id(name, self.resolve(&parameter["schema"]))
                    });
                let numbers = operation["parameters"].as_array().into_iter().flatten();
                let numbers = numbers
                    .filter(|it| it["in"] == "path")
                    .filter(|it| first_type(self.resolve(&it["schema"])) == Some("integer"))
                    .map(|it| it["name"].as_str().unwrap().to_owned());
                let numbers: Vec<_> = numbers.collect();
                let headers = operation["parameters"].as_array().into_iter().flatten();
                let headers = headers.filter(|it| it["in"] == "header" && it["required"] == true);
                operations.push(Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    kinds: kinds(path, &numbers),
                    numbers,
                    is_open: operation["security"] == json!([{}]),
                    query_ids: query_ids
                        .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
                        .collect(),
                    headers: headers
                        .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
                        .collect(),
                    body: body(operation).cloned(),
                });
            }
        }
        operations
    }

    /// A body with what must be in it and nothing else; ids are those that `own` gives for the name of
    /// their property.
    pub(crate) fn body(&self, of: &Operation, own: &impl Fn(&str) -> Uuid) -> Option<Value> {
        let schema = of.body.as_ref()?;
        Some(self.sample(schema, "", &[], &Value::Null, own))
    }

    /// The same, with this id in one more place.
    pub(crate) fn body_with(
        &self,
        of: &Operation,
        field: &IdField,
        id: Uuid,
        own: &impl Fn(&str) -> Uuid,
    ) -> Value {
        let schema = of.body.as_ref().expect("who has a field has a body");
        self.sample(schema, "", &field.steps, &json!(id), own)
    }

    /// Every place of a body where an id belongs.
    pub(crate) fn id_fields(&self, of: &Operation) -> Vec<IdField> {
        let mut fields = Vec::new();
        if let Some(schema) = &of.body {
            self.find_ids(schema, "", &mut Vec::new(), &mut fields);
        }
        fields
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.strip_prefix('#').unwrap();
                self.resolve(self.0.pointer(pointer).unwrap())
            }
            None => schema,
        }
    }

    fn find_ids(
        &self,
        schema: &Value,
        name: &str,
        steps: &mut Vec<Step>,
        fields: &mut Vec<IdField>,
    ) {
        // A schema may have itself inside.
        if steps.len() > 12 {
            return;
        }
        let schema = self.resolve(schema);
        if is_id(name, schema) && !is_list(schema) {
            fields.push(IdField {
                steps: steps.clone(),
                name: name.to_owned(),
            });
            return;
        }
        for (property, inner) in self.properties(schema) {
            steps.push(Step::Property(property.clone()));
            self.find_ids(&inner, &property, steps, fields);
            steps.pop();
        }
        if is_list(schema) {
            steps.push(Step::Item);
            self.find_ids(&schema["items"], name, steps, fields);
            steps.pop();
        }
        for (number, variant) in variants(schema).enumerate() {
            steps.push(Step::Variant(number));
            self.find_ids(variant, name, steps, fields);
            steps.pop();
        }
    }

    /// The properties of an object, also of one that is put together from several.
    fn properties(&self, schema: &Value) -> Map<String, Value> {
        let mut properties = schema["properties"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            properties.extend(self.properties(self.resolve(part)));
        }
        properties
    }

    fn required(&self, schema: &Value) -> Vec<String> {
        let own = schema["required"].as_array().into_iter().flatten();
        let mut required: Vec<_> = own.map(|name| name.as_str().unwrap().to_owned()).collect();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            required.extend(self.required(self.resolve(part)));
        }
        required
    }

    /// The least that fits a schema, with `wanted` at the end of `steps`.
    fn sample(
        &self,
        schema: &Value,
        name: &str,
        steps: &[Step],
        wanted: &Value,
        own: &impl Fn(&str) -> Uuid,
    ) -> Value {
        let schema = self.resolve(schema);
        if steps.is_empty() {
            if !wanted.is_null() {
                return wanted.clone();
            }
            if is_id(name, schema) && !is_list(schema) {
                return json!(own(name));
            }
            let given = [&schema["example"], &schema["examples"][0], &schema["const"]];
            let given = given
                .into_iter()
                .chain([&schema["default"], &schema["enum"][0]]);
            if let Some(given) = given.into_iter().find(|given| !given.is_null()) {
                return given.clone();
            }
        }
        let variants: Vec<_> = variants(schema).collect();
        if !variants.is_empty() {
            let (number, rest) = match steps {
                [Step::Variant(number), rest @ ..] => (*number, rest),
                _ => (
                    variants.iter().position(|it| it["type"] != "null").unwrap(),
                    steps,
                ),
            };
            return self.sample(variants[number], name, rest, wanted, own);
        }
        let properties = self.properties(schema);
        if !properties.is_empty() {
            return self.object(schema, &properties, steps, wanted, own);
        }
        if is_list(schema) {
            let one = |steps| json!([self.sample(&schema["items"], name, steps, wanted, own)]);
            return match steps {
                [Step::Item, rest @ ..] => one(rest),
                _ if schema["minItems"].as_u64() > Some(0) => one(steps),
                _ => json!([]),
            };
        }
        match first_type(schema) {
            Some("string") => json!("text"),
            Some("integer" | "number") => schema["minimum"].as_i64().unwrap_or(1).into(),
            Some("boolean") => json!(true),
            _ => json!({}),
        }
    }

    fn object(
        &self,
        schema: &Value,
        properties: &Map<String, Value>,
        steps: &[Step],
        wanted: &Value,
        own: &impl Fn(&str) -> Uuid,
    ) -> Value {
        let mut object = Map::new();
        for name in self.required(schema) {
            let value = self.sample(&properties[&name], &name, &[], &Value::Null, own);
            object.insert(name, value);
        }
        if let [Step::Property(name), rest @ ..] = steps {
            let value = self.sample(&properties[name], name, rest, wanted, own);
            object.insert(name.clone(), value);
        }
        object.into()
    }
}

fn kinds(path: &str, numbers: &[String]) -> Vec<String> {
    let segments: Vec<_> = path.split('/').collect();
    let is_id = |name: &str| numbers.iter().all(|number| number != name);
    segments
        .windows(2)
        .filter(|pair| parameter(pair[1]).is_some_and(is_id))
        .map(|pair| pair[0].to_owned())
        .collect()
}

/// The name of a place in a path, if the segment is one.
fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn body(operation: &Value) -> Option<&Value> {
    let content = operation["requestBody"]["content"].as_object()?;
    content.get("application/json").map(|json| &json["schema"])
}

/// Whether a property takes an id of a row, as its name or its format says.
fn is_id(name: &str, schema: &Value) -> bool {
    let is_named = name.ends_with("_id") || name.ends_with("_ids");
    let is_uuid = |schema: &Value| schema["format"] == "uuid";
    is_uuid(schema) || (is_named && matches!(first_type(schema), Some("string" | "array")))
}

fn is_list(schema: &Value) -> bool {
    first_type(schema) == Some("array")
}

/// The type of a schema, if it has one; null beside it only says that it may be left out.
fn first_type(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(name) => Some(name),
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|it| *it != "null"),
        _ => None,
    }
}

fn variants(schema: &Value) -> impl Iterator<Item = &Value> {
    let of = |key| schema[key].as_array().into_iter().flatten();
    of("oneOf").chain(of("anyOf"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        Document(json!({
            "paths": {
                "/api/rules/{id}/steps/{step_id}/files/{index}": { "post": {
                    "parameters": [
                        { "in": "path", "name": "id", "schema": { "format": "uuid" } },
                        { "in": "path", "name": "index", "schema": { "type": "integer" } },
                        { "in": "query", "name": "contact_id", "schema": { "type": "string" } },
                        { "in": "query", "name": "limit", "schema": { "type": "integer" } },
                    ],
                    "requestBody": { "content": { "application/json": {
                        "schema": { "$ref": "#/components/schemas/Step" }
                    } } },
                } },
            },
            "components": { "schemas": {
                "Step": {
                    "type": "object",
                    "required": ["name", "line_id", "first"],
                    "properties": {
                        "name": { "type": "string", "example": "Ring" },
                        "line_id": { "type": "string", "format": "uuid" },
                        "label_ids": { "type": ["array", "null"], "items": { "type": "string" } },
                        "into": { "type": ["string", "null"], "format": "uuid" },
                        "first": { "$ref": "#/components/schemas/Target" },
                        "then": { "type": "array", "items": { "$ref": "#/components/schemas/Step" } },
                    },
                },
                "Target": { "oneOf": [
                    { "type": "object", "required": ["kind"], "properties": {
                        "kind": { "type": "string", "enum": ["voicemail"] } } },
                    { "type": "object", "required": ["kind", "user_id"], "properties": {
                        "kind": { "type": "string", "enum": ["user"] },
                        "user_id": { "type": "string", "format": "uuid" } } },
                ] },
            } },
        }))
    }

    #[test]
    fn ids_are_found_wherever_they_are_in_a_body() {
        let document = document();
        let operation = &document.operations()[0];
        assert_eq!(operation.kinds, ["rules", "steps"]);
        assert_eq!(operation.query_ids, ["contact_id"]);
        let own = Uuid::now_v7();
        let path = format!("/api/rules/{own}/steps/{own}/files/0");
        assert_eq!(operation.path_with(&[own, own]), path);
        let least = json!({ "name": "Ring", "line_id": own, "first": { "kind": "voicemail" } });
        assert_eq!(document.body(operation, &|_| own).unwrap(), least);

        let foreign = Uuid::now_v7();
        let fields = document.id_fields(operation);
        let bodies = fields.iter().map(|field| {
            (
                field.name.as_str(),
                document.body_with(operation, field, foreign, &|_| own),
            )
        });
        let bodies: Vec<_> = bodies.collect();
        let with = |name: &str, value: Value| {
            let mut body = least.clone();
            body[name] = value;
            body
        };
        for expected in [
            ("line_id", with("line_id", json!(foreign))),
            ("label_ids", with("label_ids", json!([foreign]))),
            ("into", with("into", json!(foreign))),
            (
                "user_id",
                with("first", json!({ "kind": "user", "user_id": foreign })),
            ),
            ("into", with("then", json!([with("into", json!(foreign))]))),
        ] {
            assert!(bodies.contains(&expected), "{expected:?}");
        }
    }
}
