// What somebody wants to hear of: one field has the table as the API takes it.

const form = document.querySelector("[data-topics]");

function gather() {
  const topics = [...form.querySelectorAll("[data-topic]")].map((row) => ({
    topic: row.dataset.topic,
    in_app: row.querySelector("[data-in-app]").checked,
    sound: row.querySelector("[data-sound]").checked,
  }));
  form.elements.topics.value = JSON.stringify(topics);
}

form.addEventListener("input", gather);
gather();
