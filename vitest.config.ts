import { defineConfig } from 'vitest/config'

/** Real TensorFlow, real SQLite and real child processes: each file in its own process, two at a time. */
const settings = {
  pool: 'forks' as const,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // What is waited for comes when the machine has time for it.
  expect: { poll: { timeout: 30_000 } },
}

export default defineConfig({
  test: {
    ...settings,
    poolOptions: { forks: { maxForks: 2, minForks: 1 } },
    projects: [
      {
        test: {
          ...settings,
          name: 'node',
          include: ['{bench,contract,trainer,electron,renderer,scripts,resources,tests}/**/*.spec.ts'],
          exclude: ['tests/e2e/**'],
        },
      },
      {
        // One browser, one host, one trainer at a time, when the other tests are done: what a person waits for counts.
        test: {
          ...settings,
          name: 'browser',
          include: ['tests/e2e/**/*.spec.ts'],
          globalSetup: ['tests/e2e/harness/global-setup.ts'],
          hookTimeout: 180_000,
          poolOptions: { forks: { singleFork: true } },
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
