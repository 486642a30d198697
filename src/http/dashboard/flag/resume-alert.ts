import type { FlagRecord } from '../../../store/store.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import type { Alert } from '../dashboard-views.ts';
import { changeForm, type ChangeForm } from '../forms.ts';
import { editText } from '../text/edit-text.ts';

/** Offers a change that was sent after the session had ended; undefined when it is not a valid form. */
export function resumeAlert(scope: DashboardScope, record: FlagRecord, resume: string): Alert | undefined {
  const { data: form } = changeForm.safeParse(Object.fromEntries(new URLSearchParams(resume)));
  return (
    form && {
      title: 'Your session had ended',
      text: `You wanted to ${editText(form)}. Nothing was changed yet.`,
      again: sendAgain(scope, record, form),
    }
  );
}

/** A form that makes the same change to the flag as it is now. */
export function sendAgain(
  scope: DashboardScope,
  { key, version }: FlagRecord,
  form: ChangeForm,
): Alert['again'] {
  const text = editText(form);
  return {
    action: scope.flagHref(key, '/changes'),
    label: `${text.charAt(0).toUpperCase()}${text.slice(1)} now`,
    fields: Object.entries({ ...form, version }).map(([name, value]) => ({ name, value: String(value) })),
  };
}
