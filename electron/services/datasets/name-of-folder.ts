// The name that a folder proposes for its dataset.
import { basename } from 'node:path'

/** 'Süd Klinik (2)' -> 'Sud-Klinik-2'; may be empty */
export const nameOfFolder = (root: string): string =>
  basename(root)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 64)
