// What SQLite reads is checked before anything is made of it: a byte that changed on the disk may leave a row that is still
// a row, and no longer what was written.
import { z } from 'zod'
import { indexDamage } from '../../../contract/errors.ts'
import { describeIssues } from '../workspace/json-file.ts'

/** @param what the table @throws OrganMosaicError `index` */
export function checkedRow<T extends z.ZodType>(what: string, schema: T, row: unknown): z.infer<T> {
  const parsed = schema.safeParse(row)
  if (parsed.success) return parsed.data
  throw indexDamage(`a row of ${what} is not what was written: ${describeIssues(parsed.error)}`, parsed.error)
}

/** @throws OrganMosaicError `index` */
export const checkedRows = <T extends z.ZodType>(what: string, schema: T, rows: readonly unknown[]): z.infer<T>[] =>
  rows.map((row) => checkedRow(what, schema, row))

/** A column that holds JSON. */
export const jsonOf = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'no JSON' })
        return z.NEVER
      }
    })
    .pipe(schema)
