import { z } from 'zod'

export const CaseSchema = z.object({ name: z.string() })
