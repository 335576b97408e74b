// Whether there is a newer OrganMosaic. Asked only when a person wants it; nothing is sent but the question.
import { z } from 'zod'

export const UpdateCheckSchema = z.object({
  at: z.iso.datetime(),
  address: z.string().describe('What was asked'),
  own: z.string(),
  newest: z.string(),
  isNewer: z.boolean(),
  page: z.string().nullable().describe('Where the newest is described, where the answer says so'),
})
export type UpdateCheck = z.infer<typeof UpdateCheckSchema>

export const UpdatesSchema = z.object({
  address: z.string().describe('Who is asked; empty: this build names nobody, and cannot look'),
  last: UpdateCheckSchema.nullable().describe('Of this session'),
  problem: z.string().describe('Why the last try failed; empty when it did not'),
})
export type Updates = z.infer<typeof UpdatesSchema>
