// `npm test`: set-up, lint, type check, then every test. The last line is always "N passed, N failed"; set-up, lint and
// type checks count as one each, so that the line never looks better than the exit code.
// usage: node scripts/test.mjs [--all]     --all sets TEST_ALL=1: the suites that take minutes run too
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countTests } from './count-tests.mjs'
import { findNode } from './setup/find-node.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const env = process.argv.includes('--all') ? { ...process.env, TEST_ALL: '1' } : process.env

/** @param {string} name @param {string[]} args of Node @returns {boolean} whether it succeeded */
function check(name, ...args) {
  console.log(`\n== ${name}`)
  return spawnSync(findNode(ROOT).path, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}

/** Runs vitest as it always looks, and counts from its JSON report. */
function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-test-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const succeeded = check('tests', 'node_modules/vitest/vitest.mjs', 'run', ...reporters)
  try {
    return countTests(JSON.parse(readFileSync(report, 'utf8')), succeeded)
  } catch {
    // vitest ended before it could write a report.
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function runAll() {
  const setUp = spawnSync(process.execPath, ['scripts/setup.mjs', '--quiet'], { cwd: ROOT, stdio: 'inherit' })
  if (setUp.status !== 0) return { passed: 0, failed: 1, skipped: 0 }
  const checks = [
    check('lint', 'node_modules/eslint/bin/eslint.js', '.'),
    check('type check', 'node_modules/typescript/bin/tsc', '-p', '.'),
    check('type check of the browser tests', 'node_modules/typescript/bin/tsc', '-p', 'tests/e2e'),
    check('type check of the page', 'node_modules/vue-tsc/bin/vue-tsc.js', '--noEmit', '-p', 'renderer'),
  ]
  const tests = runTests()
  const good = checks.filter((succeeded) => succeeded).length
  return { passed: tests.passed + good + 1, failed: tests.failed + checks.length - good, skipped: tests.skipped }
}

const { passed, failed, skipped } = runAll()
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0
