package com.example.shop;

import io.moa.annotation.MoaService;
import java.util.List;

/** What caller and provider share. */
@MoaService
public interface Stock {

    List<Item> items(String shelf);

    record Item(String name, int pieces) {}
}
