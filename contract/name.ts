import { z } from 'zod'

/** Names of datasets and runs are folder names too. */
export const NameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'expected 1 to 64 letters, digits, dots, dashes or underscores, starting with a letter or digit',
  )
