/** Two people edit one ticket: what collides, and what does not. */

export type Changes = Record<string, unknown>;
export type Conflict = { field: string; mine: unknown; theirs: unknown };

const OBJECTS = ["custom_fields"];

/**
 * Compare an edit with what others changed since it began.
 *
 * Returns the fields that both sides changed to different values, and the changes that can be sent at once. Fields of
 * `custom_fields` are compared one by one, and named `custom_fields.<key>`.
 */
export function compareEdits(base: Changes, theirs: Changes, mine: Changes): { conflicts: Conflict[]; free: Changes } {
  const conflicts: Conflict[] = [];
  const free: Changes = {};
  for (const [field, value] of Object.entries(mine)) {
    if (OBJECTS.includes(field)) {
      const inner = compareEdits(objectOf(base[field]), objectOf(theirs[field]), objectOf(value));
      conflicts.push(...inner.conflicts.map((conflict) => ({ ...conflict, field: `${field}.${conflict.field}` })));
      if (Object.keys(inner.free).length > 0) free[field] = inner.free;
    } else if (same(base[field], theirs[field])) free[field] = value;
    else if (!same(theirs[field], value)) conflicts.push({ field, mine: value, theirs: theirs[field] });
  }
  return { conflicts, free };
}

/** The changes that put the person's own values in place of theirs. */
export function changesOf(conflicts: Conflict[]): Changes {
  const changes: Changes = {};
  for (const { field, mine } of conflicts) {
    const [name, key] = splitField(field);
    if (key === null) changes[name] = mine;
    else changes[name] = { ...objectOf(changes[name]), [key]: mine };
  }
  return changes;
}

/** A row with changes applied, as the database would: custom fields that are not named stay. */
export function applyChanges<Row extends Changes>(row: Row, changes: Changes): Row {
  const after: Changes = { ...row };
  for (const [field, value] of Object.entries(changes)) {
    if (!OBJECTS.includes(field)) after[field] = value;
    else {
      const values = Object.entries({ ...objectOf(row[field]), ...objectOf(value) });
      after[field] = Object.fromEntries(values.filter(([, one]) => one !== null));
    }
  }
  return after as Row;
}

/** `custom_fields.plan` → `["custom_fields", "plan"]`; `priority` → `["priority", null]`. */
export function splitField(field: string): [string, string | null] {
  const dot = field.indexOf(".");
  return dot < 0 ? [field, null] : [field.slice(0, dot), field.slice(dot + 1)];
}

function objectOf(value: unknown): Changes {
  return value && typeof value === "object" && !Array.isArray(value) ? value as Changes : {};
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
