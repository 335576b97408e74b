import { defineConfig } from 'vitest/config'

// Real TensorFlow, real SQLite and real child processes: each file in its own process, two at a time.
export default defineConfig({
  test: {
    include: ['{contract,trainer,electron,renderer,scripts,resources,tests}/**/*.spec.ts'],
    pool: 'forks',
    poolOptions: { forks: { maxForks: 2, minForks: 1 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
