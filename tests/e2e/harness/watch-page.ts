// Collects what a page does wrong while a test uses it: errors in its console, exceptions, requests that fail.
import type { Page } from 'playwright-core'

export interface PageFaults {
  readonly list: () => string[]
  /** Faults that match are expected: a test that provokes an error names it. */
  readonly allow: (pattern: RegExp) => void
}

export function watchFaults(page: Page): PageFaults {
  const faults: string[] = []
  const allowed: RegExp[] = []
  page.on('pageerror', (error) => faults.push(`exception: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    // WebGL in software says that reading its picture back takes a while; nothing is wrong with the page.
    if (message.text().includes('GL Driver Message')) return
    faults.push(`console ${message.type()}: ${message.text()} (${message.location().url})`)
  })
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? ''
    // A screen that is left takes its open requests with it.
    if (reason !== 'net::ERR_ABORTED') faults.push(`request failed: ${request.method()} ${request.url()}: ${reason}`)
  })
  page.on('response', (response) => {
    if (response.status() < 400) return
    faults.push(`answer ${response.status()}: ${response.request().method()} ${response.url()}`)
  })
  return {
    list: () => faults.filter((fault) => !allowed.some((pattern) => pattern.test(fault))),
    allow: (pattern) => void allowed.push(pattern),
  }
}
