// Ways in: name and password, a code where the account has one, and the first password that its owner has to change.
import { changePassword, signIn, signOut, state } from "/office/api.js";
import { Failure, Field, Heading, html, useState } from "/office/kit.js";
import { t } from "/office/words.js";

const least_characters = 12;

function useForm(send) {
  const [fields, set] = useState({});
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const input = (name, more) => (given) =>
    html`<input
      ...${given}
      ...${more}
      name=${name}
      value=${fields[name] ?? ""}
      onInput=${(e) => set({ ...fields, [name]: e.target.value })}
    />`;
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await send(fields);
    } catch (p) {
      if (!p.title) throw p;
      setProblem(p);
      setBusy(false);
    }
  };
  return { fields, input, submit, problem, busy };
}

export function SignIn() {
  const { fields, input, submit, problem, busy } = useForm(({ name, password, code }) =>
    signIn({ name: (name ?? "").trim(), password: password ?? "", ...(code ? { code: code.replace(/\s/g, "") } : {}) }),
  );
  return html`<div class="gate">
    <${Heading}>${t("Sign in")}</${Heading}>
    ${state.wasSignedIn && html`<p class="note" role="status">${t("The session has ended. What was written and not sent is kept in this browser.")}</p>`}
    <form onSubmit=${submit}>
      ${problem && html`<${Failure} problem=${problem} />`}
      <${Field} label=${t("Name of the account")}>${input("name", { autocomplete: "username", autocapitalize: "none", spellcheck: false, required: true })}</${Field}>
      <${Field} label=${t("Password")}>${input("password", { type: "password", autocomplete: "current-password", required: true })}</${Field}>
      <${Field} label=${t("Code from the telephone")} optional help=${t("Six digits, where the account has a second factor.")}>
        ${input("code", { inputmode: "numeric", autocomplete: "one-time-code", maxlength: 7 })}
      </${Field}>
      <p class="buttons"><button class="main" disabled=${busy || !fields.name || !fields.password}>${t("Sign in")}</button></p>
    </form>
  </div>`;
}

export function ChangePassword({ forced, onDone }) {
  const { fields, input, submit, problem, busy } = useForm(async ({ password, next }) => {
    await changePassword({ password, new: next });
    onDone?.();
  });
  const short = fields.next && [...fields.next].length < least_characters;
  const differs = fields.again && fields.again !== fields.next;
  return html`<div class="gate">
    <${Heading}>${t("A password of your own")}</${Heading}>
    ${forced && html`<p class="note">${t("This password was made by the operator. Choose one that only you know.")}</p>`}
    <form onSubmit=${submit}>
      ${problem && html`<${Failure} problem=${problem} />`}
      <input class="hidden" type="text" name="username" autocomplete="username" value=${state.session.name} readonly tabindex="-1" aria-hidden="true" />
      <${Field} label=${t("Password of today")}>${input("password", { type: "password", autocomplete: "current-password", required: true })}</${Field}>
      <${Field}
        label=${t("New password")}
        help=${t("At least 12 characters; several words are easy to keep in mind.")}
        wrong=${short ? t("Still too short.") : null}
      >${input("next", { type: "password", autocomplete: "new-password", required: true })}</${Field}>
      <${Field} label=${t("New password once more")} wrong=${differs ? t("Not the same.") : null}>
        ${input("again", { type: "password", autocomplete: "new-password", required: true })}
      </${Field}>
      <p class="buttons">
        <button class="main" disabled=${busy || !fields.password || !fields.next || short || fields.again !== fields.next}>${t("Change the password")}</button>
        ${forced ? html`<button type="button" onClick=${signOut}>${t("Sign out")}</button>` : html`<button type="button" onClick=${onDone}>${t("Cancel")}</button>`}
      </p>
    </form>
  </div>`;
}
