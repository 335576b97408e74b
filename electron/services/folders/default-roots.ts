// Where a person of this machine keeps data: the home folder and the places where volumes are mounted.
import { existsSync } from 'node:fs'
import { homeFolder } from '../../../trainer/runtime/home-folder.ts'

const mountPoints: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/media', '/run/media', '/mnt', '/data'],
  darwin: ['/Volumes'],
  win32: [...'DEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => `${letter}:\\`),
}

/** Those that exist here, the home folder first. */
export function defaultRoots(
  platform = process.platform,
  home = homeFolder(),
  exists: (path: string) => boolean = existsSync,
): string[] {
  return [...(home ? [home] : []), ...(mountPoints[platform] ?? [])].filter((folder) => exists(folder))
}
