// `npm run fuzz`: the same tests' settings, other files. Fuzzing takes minutes and is no part of `npm test`.
import { defineConfig, mergeConfig } from 'vitest/config'
import base from '../vitest.config.ts'

const config = mergeConfig(base, defineConfig({ test: { testTimeout: 600_000, passWithNoTests: true } }))
config.test.include = ['{contract,trainer,electron,resources,tests}/**/*.fuzz.ts']
export default config
