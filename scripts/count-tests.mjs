// Counts what a vitest run came to, from its JSON report.

/**
 * @typedef {{ status: string, assertionResults: { status: string }[] }} FileResult
 * @param {{ testResults: FileResult[] }} report of vitest's json reporter
 * @param {boolean} succeeded whether vitest ended with code 0
 * @returns {{ passed: number, failed: number, skipped: number }} a file that could not be loaded counts as one failure,
 *   and so does an error outside of every test
 */
export function countTests(report, succeeded) {
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const count = (/** @type {string} */ status) => tests.filter((test) => test.status === status).length
  const unloadable = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const passed = count('passed')
  const failed = count('failed') + unloadable
  return { passed, failed: failed === 0 && !succeeded ? 1 : failed, skipped: tests.length - passed - count('failed') }
}
