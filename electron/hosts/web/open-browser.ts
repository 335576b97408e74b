// Opens the person's browser, where there is one; a server reached through a tunnel has none, and that is no failure.
import { spawn } from 'node:child_process'

type Program = readonly [name: string, ...words: string[]]

const programs: Partial<Record<NodeJS.Platform, Program>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** @returns whether a program took the address; it may still find no browser */
export async function openBrowser(url: string, [name, ...words] = browserProgram()): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(name, [...words, url], { detached: true, stdio: 'ignore' })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}

/** xdg-open everywhere else. */
export function browserProgram(platform = process.platform): Program {
  return programs[platform] ?? ['xdg-open']
}
