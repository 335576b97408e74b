// `npm run fuzz`: other files than `npm test`. Fuzzing takes minutes and is no part of it.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{contract,trainer,electron,resources,tests}/**/*.fuzz.ts'],
    pool: 'forks',
    poolOptions: { forks: { maxForks: 2, minForks: 1 } },
    testTimeout: 600_000,
    passWithNoTests: true,
  },
})
